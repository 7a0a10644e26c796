// Twins, methods, messages and events: what reaches the hub, and who may see what comes back.
#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using std::chrono::seconds;

class Conversations : public Desk {
 protected:
  Conversations() { add_device("pump-9"); }

  domain::CallDeviceMethod method(std::string name) const {
    domain::CallDeviceMethod command;
    command.hub = "hub-1";
    command.device = "pump-9";
    command.method = std::move(name);
    return command;
  }
  domain::SendToDevice message(std::string body) const {
    domain::SendToDevice command;
    command.hub = "hub-1";
    command.device = "pump-9";
    command.message.body = std::move(body);
    return command;
  }
  domain::UpdateTwin twin(std::string desired) const {
    domain::UpdateTwin command;
    command.hub = "hub-1";
    command.device = "pump-9";
    command.edit.desired = std::move(desired);
    return command;
  }
  void add_event(const std::string& device, TimePoint at) {
    hub::LoggedEvent logged;
    logged.event.hub = domain::HubName::trusted("hub-1");
    logged.event.device = domain::DeviceId::trusted(device);
    logged.event.enqueued_at = at;
    logged.position.sequence = hub.events.size();
    hub.events.push_back(logged);
  }
  domain::EventPage events(const std::string& token, domain::ReadEvents command = {}) {
    command.hub = "hub-1";
    return expect<domain::EventPage>(ask(token, std::move(command)));
  }
};

TEST_F(Conversations, ATwinUpdateCarriesItsLockAndItsAudit) {
  domain::UpdateTwin command = twin(R"({"interval":5})");
  command.edit.replaces = true;
  command.precondition = 4;
  const auto after = expect<domain::Twin>(ask(operator_, std::move(command)));
  EXPECT_EQ(after.etag, 5U);
  ASSERT_EQ(hub.twin_updates.size(), 1U);
  const hub::TwinUpdate& update = *hub.twin_updates[0];
  EXPECT_EQ(update.device.text(), "pump-9");
  EXPECT_EQ(update.desired, R"({"interval":5})");
  EXPECT_EQ(update.tags, std::nullopt);
  EXPECT_TRUE(update.replaces);
  EXPECT_EQ(update.etag, 4U);
  EXPECT_EQ(update.audit.action, "twin.update");
  EXPECT_EQ(update.audit.target, "hub-1/pump-9");
  EXPECT_EQ(update.audit.scope, kScope);
  EXPECT_EQ(update.audit.detail, R"({"desired":{"from":"","to":"replaced"}})");
}

TEST_F(Conversations, ATwinUpdateNeedsSomethingToChange) {
  domain::UpdateTwin command{"hub-1", "pump-9", {}, {}};
  EXPECT_EQ(refused(ask(operator_, std::move(command))).kind, ErrorKind::kInvalid);
  EXPECT_TRUE(hub.twin_updates.empty());
}

TEST_F(Conversations, WhatTheHubRefusesIsRefused) {
  hub.trouble = Error{ErrorKind::kTooLarge, "desired would have 40000 bytes", "make it smaller"};
  EXPECT_EQ(refused(ask(operator_, twin("{}"))).kind, ErrorKind::kTooLarge);
  EXPECT_EQ(refused(ask(viewer, domain::GetTwin{"hub-1", "pump-9"})).kind, ErrorKind::kTooLarge);
  EXPECT_EQ(refused(ask(operator_, message("x"))).kind, ErrorKind::kTooLarge);
}

TEST_F(Conversations, AMethodIsCalledAfterTheAuditKnows) {
  domain::CallDeviceMethod command = method("reboot");
  command.payload = "[1]";
  command.connect_timeout = seconds(3);
  const auto answer = expect<domain::MethodAnswer>(ask(operator_, std::move(command)));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.payload, R"({"ok":true})");
  ASSERT_EQ(hub.calls.size(), 1U);
  EXPECT_EQ(hub.calls[0]->payload, "[1]");
  EXPECT_EQ(hub.calls[0]->connect_timeout, seconds(3));
  EXPECT_EQ(hub.calls[0]->response_timeout, seconds(30));
  EXPECT_EQ(catalog.audit.back().action, "device.call_method");
  EXPECT_NE(catalog.audit.back().detail.find("reboot"), std::string::npos);
  catalog.broken = true;
  hub.method_answer = Fail(Error{ErrorKind::kOffline, "not connected", ""});
  EXPECT_EQ(refused(ask(operator_, method("reboot"))).kind, ErrorKind::kUnavailable);
  EXPECT_EQ(hub.calls.size(), 1U);
  catalog.broken = false;
  EXPECT_EQ(refused(ask(operator_, method("reboot"))).kind, ErrorKind::kOffline);
}

TEST_F(Conversations, OddMethodsAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("a/b"), std::string("a?b"), std::string("a#"), std::string("+"),
        std::string("a\n"), std::string(129, 'a')}) {
    EXPECT_EQ(refused(ask(operator_, method(name))).kind, ErrorKind::kInvalid) << name;
  }
  for (const auto& [connect, response] :
       {std::pair(301, 30), std::pair(-1, 30), std::pair(0, 4), std::pair(0, 301)}) {
    domain::CallDeviceMethod command = method("a");
    command.connect_timeout = seconds(connect);
    command.response_timeout = seconds(response);
    EXPECT_EQ(refused(ask(operator_, std::move(command))).kind, ErrorKind::kInvalid);
  }
  EXPECT_TRUE(hub.calls.empty());
}

TEST_F(Conversations, AMessageGetsAnIdAndItsAudit) {
  domain::SendToDevice command = message("hello");
  command.feedback = domain::FeedbackWanted::kFull;
  command.lifetime = seconds(60);
  const auto queued = expect<domain::QueuedMessage>(ask(operator_, std::move(command)));
  EXPECT_EQ(queued.message.id.size(), 36U);
  ASSERT_EQ(hub.sent.size(), 1U);
  EXPECT_EQ(hub.sent[0]->message.body, "hello");
  EXPECT_EQ(hub.sent[0]->feedback, domain::FeedbackWanted::kFull);
  EXPECT_EQ(hub.sent[0]->lifetime, seconds(60));
  EXPECT_EQ(hub.sent[0]->audit.action, "device.send");
  EXPECT_EQ(hub.sent[0]->audit.detail.find("hello"), std::string::npos);
}

TEST_F(Conversations, MessagesAreBounded) {
  EXPECT_TRUE(ask(operator_, message(std::string(64 * 1024 - 36, 'x'))));
  EXPECT_EQ(refused(ask(operator_, message(std::string(64 * 1024, 'x')))).kind,
            ErrorKind::kTooLarge);
  for (const int lifetime : {59, 172'801}) {
    domain::SendToDevice command = message("x");
    command.lifetime = seconds(lifetime);
    EXPECT_EQ(refused(ask(operator_, std::move(command))).kind, ErrorKind::kInvalid);
  }
}

TEST_F(Conversations, LimitedTokensReachTheirOwnDevicesOnly) {
  add_device("theirs", kOtherScope);
  EXPECT_TRUE(ask(limited_viewer, domain::GetTwin{"hub-1", "pump-9"}));
  EXPECT_EQ(refused(ask(limited_viewer, domain::GetTwin{"hub-1", "theirs"})).kind,
            ErrorKind::kNotFound);
  domain::UpdateTwin update = twin("{}");
  update.device = "theirs";
  EXPECT_EQ(refused(ask(limited_operator, std::move(update))).kind, ErrorKind::kNotFound);
  domain::CallDeviceMethod call = method("a");
  call.device = "theirs";
  EXPECT_EQ(refused(ask(limited_operator, std::move(call))).kind, ErrorKind::kNotFound);
  domain::SendToDevice send = message("a");
  send.device = "theirs";
  EXPECT_EQ(refused(ask(limited_operator, std::move(send))).kind, ErrorKind::kNotFound);
  EXPECT_EQ(refused(ask(viewer, method("a"))).kind, ErrorKind::kForbidden);
}

TEST_F(Conversations, EventsAreAskedForAsTheOperatorSays) {
  add_event("pump-9", clock.wall());
  domain::ReadEvents command;
  command.cursor = "now";
  command.device = "pump-9";
  command.limit = 7;
  command.wait = seconds(20);
  const domain::EventPage page = events(viewer, std::move(command));
  EXPECT_EQ(page.events.size(), 1U);
  EXPECT_EQ(page.cursor, "next");
  ASSERT_EQ(hub.queries.size(), 1U);
  EXPECT_EQ(hub.queries[0].cursor, "now");
  EXPECT_EQ(hub.queries[0].device->text(), "pump-9");
  EXPECT_EQ(hub.queries[0].count_max, 7U);
  EXPECT_EQ(hub.queries[0].wait, seconds(20));
  events(viewer);
  EXPECT_EQ(hub.queries[1].count_max, 100U);
}

TEST_F(Conversations, OddEventQueriesAreRefused) {
  domain::ReadEvents longer{"hub-1", "", "", 0, seconds(61)};
  EXPECT_EQ(refused(ask(viewer, longer)).kind, ErrorKind::kInvalid);
  domain::ReadEvents many{"hub-1", "", "", 1001, seconds(0)};
  EXPECT_EQ(refused(ask(viewer, many)).kind, ErrorKind::kInvalid);
  domain::ReadEvents odd{"hub-1", "", "a b", 0, seconds(0)};
  EXPECT_EQ(refused(ask(viewer, odd)).kind, ErrorKind::kInvalid);
  domain::ReadEvents nowhere{"hub-9", "", "", 0, seconds(0)};
  EXPECT_EQ(refused(ask(viewer, nowhere)).kind, ErrorKind::kNotFound);
  EXPECT_EQ(refused(ask(limited_viewer, domain::ReadEvents{"hub-2", "", "", 0, seconds(0)})).kind,
            ErrorKind::kNotFound);
  EXPECT_TRUE(hub.queries.empty());
}

TEST_F(Conversations, ALimitedTokenGetsTheEventsOfItsOwnDevices) {
  add_device("theirs", kOtherScope);
  const TimePoint born = clock.wall();
  add_event("theirs", born);
  add_event("pump-9", born - seconds(1));  // of another device that had the id before
  add_event("pump-9", born);
  add_event("gone", born);
  EXPECT_EQ(events(viewer).events.size(), 4U);
  domain::ReadEvents all;
  all.limit = 1000;
  const domain::EventPage own = events(limited_viewer, std::move(all));
  EXPECT_EQ(hub.queries.back().count_max, 100U);
  ASSERT_EQ(own.events.size(), 1U);
  EXPECT_EQ(own.events[0].position.sequence, 2U);
  EXPECT_EQ(own.cursor, "next");
}

}  // namespace
}  // namespace berth::management::testing
