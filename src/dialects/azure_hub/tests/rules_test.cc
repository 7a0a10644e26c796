// Rules that hold for all inputs of a kind. What one client sees in one conversation is in
// transcripts/.
#include "dialects/azure_hub/bodies.h"
#include "dialects/azure_hub/property_bag.h"
#include "dialects/azure_hub/reason_table.h"
#include "dialects/azure_hub/session.h"
#include "dialects/azure_hub/tests/harness.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>

namespace berth::dialects::azure_hub {
namespace {

using testing::all_of;
using testing::body_of;
using testing::Connection;
using testing::publish_packet;

domain::HubRefused refused(domain::Reason reason) {
  domain::HubRefused result;
  result.reason = reason;
  result.tracking_id = "trail-1";
  result.at = base::FakeClock().wall();
  return result;
}

domain::DeliverMessage delivery(std::uint64_t number) {
  domain::DeliverMessage event;
  event.delivery = number;
  event.message.device = domain::DeviceId::trusted("dev1");
  event.message.message.body = "body";
  return event;
}

// §0.2: 1, 2 and 4 make the C SDK give up for ever.
TEST(Refusals, ConnackIsFiveOrThreeForEveryReason) {
  for (const domain::Reason reason : domain::kReasons) {
    Connection connection;
    connection.send(testing::connect_packet());
    const auto connacks = all_of<wire::MqttConnack>(connection.answer(refused(reason)));
    ASSERT_EQ(connacks.size(), 1U) << to_string(reason);
    const auto code = static_cast<int>(connacks[0].code);
    const bool later =
        reason == domain::Reason::kTooManyAttempts || reason == domain::Reason::kOverloaded ||
        reason == domain::Reason::kStoreUnavailable || fault_for(reason).code == 500001;
    EXPECT_EQ(code, later ? 3 : 5) << to_string(reason);
    EXPECT_FALSE(connacks[0].session_present);
  }
}

TEST(Refusals, CodesAreAThousandTimesAnErrorStatusAndHaveAMessage) {
  for (const domain::Reason reason : domain::kReasons) {
    const Fault fault = fault_for(reason);
    EXPECT_GE(fault.status(), 400) << to_string(reason);
    EXPECT_LT(fault.status(), 600) << to_string(reason);
    EXPECT_FALSE(fault.message.empty()) << to_string(reason);
  }
}

// §0.4, §8.3: the Node client looks at errorCode and message alone.
TEST(Refusals, EveryTwinRefusalHasABodyThatClientsRead) {
  for (const domain::Reason reason : domain::kReasons) {
    Connection connection;
    connection.open();
    connection.send(publish_packet("$iothub/twin/GET/?$rid=1"));
    const auto messages = all_of<wire::MqttPublish>(connection.answer(refused(reason)));
    ASSERT_EQ(messages.size(), 1U);
    const boost::json::object body = boost::json::parse(messages[0].payload).as_object();
    EXPECT_EQ(body.at("errorCode").as_int64(), fault_for(reason).code);
    EXPECT_FALSE(body.at("message").as_string().empty());
    EXPECT_EQ(body.at("trackingId").as_string(), "trail-1");
    EXPECT_EQ(body.at("timestampUtc").as_string(), "2026-01-01T00:00:00.000Z");
    EXPECT_TRUE(body.at("info").as_object().empty());
  }
}

TEST(Refusals, AnAnswerOfTheWrongKindIsOurFaultAndSaidSo) {
  Connection connection;
  connection.open();
  connection.send(publish_packet("$iothub/twin/GET/?$rid=1"));
  const auto messages = all_of<wire::MqttPublish>(connection.answer(domain::HubDone{}));
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_TRUE(messages[0].topic.starts_with("$iothub/twin/res/500/?$rid=1"));
}

// §8.6, and what MQTT itself demands of a topic.
TEST(CloudToDevice, BagsHaveNoByteThatWouldChangeTheTopic) {
  domain::QueuedMessage queued;
  queued.device = domain::DeviceId::trusted("dev1");
  for (int c = 1; c < 0x80; ++c) {
    const std::string text(1, static_cast<char>(c));
    queued.message.properties.push_back({text, text});
    queued.message.id += text;
  }
  const std::string bag = property_bag_of(queued);
  EXPECT_EQ(bag.find_first_of("/+#?$ \n"), std::string::npos) << bag;
  domain::Message back;
  ASSERT_TRUE(read_property_bag(bag, back));
  EXPECT_EQ(back.properties, queued.message.properties) << "and it reads back as it was";
  EXPECT_EQ(back.id, queued.message.id);
}

TEST(CloudToDevice, AMessageWhosePropertiesNoTopicCanHoldIsRejected) {
  Connection connection;
  connection.open();
  domain::DeliverMessage event = delivery(4);
  event.message.message.properties.push_back({"long", std::string(65'500, 'x')});
  EXPECT_TRUE(connection.tell(std::move(event)).empty());
  ASSERT_EQ(connection.commands.size(), 1U);
  const auto settle = body_of<domain::SettleMessage>(connection.commands[0]);
  EXPECT_EQ(settle.delivery, 4U);
  EXPECT_EQ(settle.settlement, domain::Settlement::kReject);
}

TEST(CloudToDevice, TagsAreUsedAgainButNeverTwiceAtOnce) {
  Deliveries deliveries;
  const std::uint16_t held = deliveries.add(1);
  for (std::uint64_t number = 2; number < 140'000; ++number) {
    const std::uint16_t tag = deliveries.add(number);
    ASSERT_NE(tag, 0);
    ASSERT_NE(tag, held);
    ASSERT_EQ(deliveries.take(tag), number);
    ASSERT_EQ(deliveries.take(tag), std::nullopt);
  }
  EXPECT_EQ(deliveries.take(held), 1U);
}

TEST(CloudToDevice, DuplicateIsSaidOfWhatWasSentBeforeAndCanBeAcknowledged) {
  for (const std::uint8_t qos : {std::uint8_t{0}, std::uint8_t{1}}) {
    Connection connection;
    connection.open();
    connection.send(wire::MqttSubscribe{2, {{"devices/dev1/messages/devicebound/#", qos}}});
    connection.answer(domain::HubDone{});
    domain::DeliverMessage event = delivery(1);
    event.redelivered = true;
    const auto sent = all_of<wire::MqttPublish>(connection.tell(std::move(event)));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].qos, qos);
    EXPECT_EQ(sent[0].duplicate, qos == 1) << "MQTT 3.1.1 §3.3.1.1: never with QoS 0";
  }
}

TEST(Events, AreNotSentToADeviceThatDoesNotListen) {
  Connection connection;
  connection.send(testing::connect_packet());
  EXPECT_TRUE(connection.tell(domain::DesiredChanged{1, "{}"}).empty()) << "before the CONNACK";
  connection.answer(testing::connected());
  EXPECT_TRUE(connection.tell(domain::DesiredChanged{1, "{}"}).empty());
  EXPECT_TRUE(connection.tell(domain::CallMethod{"1", "m", ""}).empty());
  EXPECT_TRUE(connection.tell(delivery(1)).empty());
}

TEST(Telemetry, HasAtMostAThousandProperties) {
  for (const std::size_t count : {kPropertiesMax, kPropertiesMax + 1}) {
    Connection connection;
    connection.open();
    std::string topic = "devices/dev1/messages/events/";
    for (std::size_t i = 0; i < count; ++i) topic += "a&";
    connection.send(publish_packet(topic));
    ASSERT_EQ(connection.commands.size(), 1U);
    const auto& command = std::get<Operate>(connection.commands[0].body).command;
    EXPECT_EQ(std::holds_alternative<domain::SendTelemetry>(command), count == kPropertiesMax);
  }
}

TEST(Telemetry, DuplicatePacketIdsAreStoredAndAcknowledgedEach) {
  Connection connection;
  connection.open();
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(connection.send(publish_packet("devices/dev1/messages/events/")).empty());
  }
  ASSERT_EQ(connection.commands.size(), 3U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(all_of<wire::MqttPuback>(connection.answer(domain::HubDone{})).size(), 1U);
  }
}

TEST(Misuse, RefusedFiltersLeaveFewTrails) {
  Connection connection;
  connection.open();
  for (int i = 0; i < 100; ++i) {
    const auto subacks = all_of<wire::MqttSuback>(
        connection.send(wire::MqttSubscribe{3, {{"no/such/filter", 0}, {"nor/this", 1}}}));
    ASSERT_EQ(subacks.size(), 1U);
    EXPECT_EQ(subacks[0].codes, (std::vector<std::uint8_t>{0x80, 0x80}));
  }
  EXPECT_EQ(connection.commands.size(), 16U);
}

TEST(Misuse, FiltersWithMalformedWildcardsAreRefused) {
  for (const char* filter :
       {"devices/dev1/messages/devicebound/+#", "devices/dev1/messages/devicebound/#/a",
        "$iothub/methods/POST/a#", "$iothub/twin/res/#/", "a+b/c#d", "+a"}) {
    Connection connection;
    connection.open();
    const auto subacks =
        all_of<wire::MqttSuback>(connection.send(wire::MqttSubscribe{3, {{filter, 1}}}));
    ASSERT_EQ(subacks.size(), 1U) << filter;
    EXPECT_EQ(subacks[0].codes, std::vector<std::uint8_t>{0x80}) << filter;
    const auto unsubacks =
        all_of<wire::MqttUnsuback>(connection.send(wire::MqttUnsubscribe{4, {filter}}));
    EXPECT_EQ(unsubacks.size(), 1U) << filter;
  }
}

TEST(Misuse, TextsOfTheDeviceReachTheTrailPrintableAndCut) {
  Connection connection;
  connection.open();
  connection.send(publish_packet("no\x01" + std::string(10'000, 'x'), "", 0));
  ASSERT_EQ(connection.commands.size(), 1U);
  const auto misuse = body_of<domain::ReportMisuse>(connection.commands[0]);
  EXPECT_TRUE(misuse.received.starts_with("no?xxx")) << misuse.received;
  EXPECT_LE(misuse.received.size(), 130U);
}

TEST(Order, AThousandOpenRequestsAreTheEnd) {
  Connection connection;
  connection.open();
  wire::Actions actions;
  int sent = 0;
  for (; actions.empty() && sent < 2'000; ++sent) {
    actions = connection.send(publish_packet("devices/dev1/messages/events/"));
  }
  EXPECT_EQ(all_of<wire::Close>(actions).size(), 1U);
  EXPECT_EQ(sent, 1'025);
  EXPECT_TRUE(connection.answer(domain::HubDone{}).empty()) << "nobody listens any more";
}

TEST(Order, QosZeroTelemetryNeitherWaitsNorHoldsOthersUp) {
  Connection connection;
  connection.open();
  connection.send(publish_packet("devices/dev1/messages/events/", "", 0));
  connection.send(publish_packet("devices/dev1/messages/events/", "", 1));
  EXPECT_TRUE(connection.answer(domain::HubDone{}).empty());
  EXPECT_EQ(all_of<wire::MqttPuback>(connection.answer(domain::HubDone{})).size(), 1U);
}

TEST(Bodies, SpliceTheVersionIntoAnyObject) {
  const std::pair<std::string, std::string> cases[] = {
      {"{}", R"({"$version":3})"},
      {" { \n } ", R"({"$version":3})"},
      {R"({"a":1.50,"b":{"c":"}"}})", R"({"a":1.50,"b":{"c":"}"},"$version":3})"},
      {"{ \"a\":1 }\r\n", R"({"a":1,"$version":3})"},
      {"", R"({"$version":3})"},
      {"{", R"({"$version":3})"},
      {"null", R"({"$version":3})"},
  };
  for (const auto& [object, expected] : cases) EXPECT_EQ(with_version(object, 3), expected);
}

// §8.31.
TEST(Bodies, OfATwinHaveNeitherTagsNorMetadataNorEtag) {
  domain::Twin twin;
  twin.tags = R"({"floor":"secret"})";
  twin.desired.metadata = R"({"$lastUpdated":"secret"})";
  twin.etag = 77;
  EXPECT_EQ(twin_body(twin), R"({"desired":{"$version":1},"reported":{"$version":1}})");
}

}  // namespace
}  // namespace berth::dialects::azure_hub
