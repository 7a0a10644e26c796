#include "hub/tests/world.h"

#include <gtest/gtest.h>

namespace berth::hub {
namespace {

using domain::EventKind;
using domain::Reason;

domain::ConnectDevice with_will() {
  domain::ConnectDevice command = World::request();
  command.will.emplace().body = "gone";
  return command;
}

TEST(Telemetry, IsAppendedWithWhoAndWhen) {
  World world;
  domain::ConnectDevice command = World::request();
  command.model_id = "dtmi:com:example:boiler;1";
  Client client = world.connect(std::move(command));
  domain::Message message;
  message.body = "21.5";
  message.properties = {{"unit", "C"}};
  ASSERT_TRUE(client.does(domain::SendTelemetry{message}));
  ASSERT_EQ(world.log.events.size(), 1U);
  const domain::Event& event = world.log.events[0];
  EXPECT_EQ(event.hub.text(), "plant");
  EXPECT_EQ(event.device.text(), "boiler");
  EXPECT_EQ(event.kind, EventKind::kTelemetry);
  EXPECT_EQ(event.enqueued_at, world.clock.wall());
  EXPECT_EQ(event.model_id, "dtmi:com:example:boiler;1");
  EXPECT_EQ(event.message, message);
  EXPECT_EQ(world.hub().stats().messages_in, 1U);
  EXPECT_EQ(world.hub().stats().bytes_in, 9U);
}

TEST(Telemetry, TouchesTheStoreNotAtAll) {
  World world;
  Client client = world.connect();
  world.store.down = true;
  EXPECT_TRUE(client.does(domain::SendTelemetry{}));
}

TEST(Telemetry, OverTheLimitIsRefusedAndNotKept) {
  World world;
  Client client = world.connect();
  domain::Message message;
  message.body.assign(domain::kDeviceMessageBytesMax - 1, 'x');
  message.content_type = "t";
  EXPECT_TRUE(client.does(domain::SendTelemetry{message}));
  message.properties = {{"p", std::nullopt}};
  EXPECT_EQ(client.refused(domain::SendTelemetry{message}), Reason::kMessageTooLarge);
  EXPECT_EQ(world.log.events.size(), 1U);
}

TEST(Telemetry, IsNotAnsweredWhenItWasNotKept) {
  World world;
  Client client = world.connect();
  world.log.full = true;
  EXPECT_EQ(client.refused(domain::SendTelemetry{}), Reason::kStoreUnavailable);
  EXPECT_EQ(world.hub().stats().messages_in, 0U);
}

std::vector<domain::SendTelemetry> several(std::initializer_list<const char*> bodies) {
  std::vector<domain::SendTelemetry> messages;
  for (const char* each : bodies) messages.emplace_back().message.body = each;
  return messages;
}

// "done", or the reason, of each.
std::vector<std::string> send_all(Client& client, std::vector<domain::SendTelemetry> messages) {
  std::vector<std::string> told;
  const auto refusals = base::run_task(client.attachment->send(std::move(messages)));
  for (const std::optional<domain::HubRefused>& each : refusals) {
    told.emplace_back(each ? to_string(each->reason) : "done");
  }
  return told;
}

std::vector<std::string> bodies(const World& world) {
  std::vector<std::string> bodies;
  for (const domain::Event& each : world.log.events) bodies.push_back(each.message.body);
  return bodies;
}

using Texts = std::vector<std::string>;

TEST(TelemetryTogether, GoesToTheLogOnceInItsOrder) {
  World world;
  Client client = world.connect();
  EXPECT_EQ(send_all(client, several({"a", "b", "c"})), (Texts{"done", "done", "done"}));
  EXPECT_EQ(bodies(world), (Texts{"a", "b", "c"}));
  EXPECT_EQ(world.log.appends_together, 1U);
  EXPECT_EQ(world.hub().stats().messages_in, 3U);
  EXPECT_EQ(world.hub().stats().bytes_in, 3U);
  EXPECT_EQ(send_all(client, {}), Texts());
}

TEST(TelemetryTogether, EachHasItsOwnAnswer) {
  World world;
  Client client = world.connect();
  std::vector<domain::SendTelemetry> messages = several({"a", "", "c", "d"});
  messages[1].message.body.assign(domain::kDeviceMessageBytesMax + 1, 'x');
  messages[2].of_device = "another";
  EXPECT_EQ(send_all(client, std::move(messages)),
            (Texts{"done", "message_too_large", "not_bound", "done"}));
  EXPECT_EQ(bodies(world), (Texts{"a", "d"}));
  EXPECT_EQ(world.hub().stats().messages_in, 2U);
}

TEST(TelemetryTogether, WhatTheLogHadNoRoomForIsRefusedAndNothingElse) {
  World world;
  Client client = world.connect();
  world.log.room = 2;
  EXPECT_EQ(send_all(client, several({"a", "b", "c", "d"})),
            (Texts{"done", "done", "store_unavailable", "store_unavailable"}));
  EXPECT_EQ(bodies(world), (Texts{"a", "b"}));
  EXPECT_EQ(world.hub().stats().messages_in, 2U);
  EXPECT_EQ(world.hub().stats().bytes_in, 2U);
}

TEST(TelemetryTogether, OfAConnectionThatIsEndingIsRefused) {
  World world;
  Client client = world.connect();
  const Client other = world.connect();  // takes over
  EXPECT_EQ(send_all(client, several({"a", "b"})),
            (Texts{"store_unavailable", "store_unavailable"}));
  EXPECT_TRUE(world.log.events.empty());
}

TEST(Will, BecomesTelemetryWhenTheConnectionBreaks) {
  World world;
  Client client = world.connect(with_will());
  EXPECT_TRUE(world.log.events.empty());
  client.attachment.reset();
  ASSERT_EQ(world.log.events.size(), 1U);
  EXPECT_EQ(world.log.events[0].message.body, "gone");
  EXPECT_EQ(world.log.events[0].device.text(), "boiler");
}

TEST(Will, IsDroppedByAFarewell) {
  World world;
  Client client = world.connect(with_will());
  ASSERT_TRUE(client.does(domain::Farewell()));
  client.attachment.reset();
  EXPECT_TRUE(world.log.events.empty());
}

TEST(Will, OfTheOlderConnectionIsPublishedOnTakeOver) {
  World world;
  Client older = world.connect(with_will());
  const Client newer = world.connect();
  older.attachment.reset();
  EXPECT_EQ(world.log.events.size(), 1U);
}

TEST(Will, IsNotPublishedWhenTheServerStops) {
  World world;
  Client client = world.connect(with_will());
  world.hub().stop();
  client.attachment.reset();
  EXPECT_TRUE(world.log.events.empty());
}

TEST(Misuse, LeavesATrailThatSaysWhichRule) {
  World world;
  Client client = world.connect();
  const domain::HubResult result = client.handle(
      domain::ReportMisuse{Reason::kTopicForbidden, "a topic of its own", "devices/other"});
  const auto& refusal = std::get<domain::HubRefused>(result);
  EXPECT_EQ(refusal.reason, Reason::kTopicForbidden);
  ASSERT_EQ(world.refusals.trails.size(), 1U);
  const domain::Trail& trail = world.refusals.trails[0];
  EXPECT_EQ(trail.id, refusal.tracking_id);
  EXPECT_EQ(trail.scope, "0ne00ABCDEF");
  EXPECT_EQ(trail.device_id, "boiler");
  EXPECT_EQ(trail.source, "192.0.2.7");
  EXPECT_EQ(trail.steps.back().received, "devices/other");
}

TEST(Attachment, APatchThatBreaksARuleLeavesATrailAndAStaleOneDoesNot) {
  World world;
  Client client = world.connect();
  const domain::HubResult result = client.handle(domain::PatchReported{R"({"a b":1})", {}});
  const auto& refusal = std::get<domain::HubRefused>(result);
  ASSERT_EQ(world.refusals.trails.size(), 1U);
  EXPECT_EQ(world.refusals.trails[0].id, refusal.tracking_id);
  EXPECT_EQ(world.refusals.trails[0].reason, Reason::kDocumentInvalid);
  EXPECT_EQ(world.refusals.trails[0].steps.back().received, refusal.detail);
  EXPECT_EQ(client.refused(domain::PatchReported{"{}", 77}), Reason::kVersionNotCurrent);
  EXPECT_EQ(world.refusals.trails.size(), 1U);
}

TEST(Attachment, ASecondConnectOnItIsRefused) {
  World world;
  Client client = world.connect();
  EXPECT_EQ(client.refused(World::request()), Reason::kInternal);
}

TEST(Events, AreReadOfHubsThatExist) {
  World world;
  const auto read = [&](std::string_view hub, std::size_t count) {
    EventQuery query;
    query.hub = hub_name(hub);
    query.count_max = count;
    return base::run_task(world.hub().read_events(std::move(query)));
  };
  EXPECT_EQ(read("plant", 100)->cursor, "plant");
  EXPECT_EQ(read("other", 100).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(read("plant", 0).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(read("plant", 1001).error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace berth::hub
