#include "hub/methods.h"

#include "hub/tests/world.h"

#include <gtest/gtest.h>

namespace berth::hub {
namespace {

using domain::Reason;
using std::chrono::seconds;

// A device that is connected and listens to methods.
Client listener(World& world) {
  Client client = world.connect();
  EXPECT_TRUE(client.listen(domain::Channel::kMethods));
  return client;
}

TEST(Methods, AreCalledAndAnswered) {
  World world;
  Client client = listener(world);
  world.planned.plan([&] {
    ASSERT_EQ(client.events->calls.size(), 1U);
    EXPECT_EQ(client.events->calls[0].method, "reboot");
    EXPECT_EQ(client.events->calls[0].payload, R"({"in":5})");
    EXPECT_TRUE(
        client.does(domain::AnswerMethod{client.events->calls[0].request, 200, R"({"ok":true})"}));
  });
  const Result<MethodAnswer> answer = world.call(World::method("reboot", R"({"in":5})"));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->payload, R"({"ok":true})");
  EXPECT_EQ(world.hub().stats().methods_called, 1U);
  EXPECT_EQ(world.store.dossier_reads, 1);  // of the connection
}

TEST(Methods, RequestsAreShortLowerCaseHexAndUnique) {
  World world;
  Client client = listener(world);
  for (int i = 0; i < 12; ++i) EXPECT_FALSE(world.call(World::method("m")));
  std::set<std::string> seen;
  for (const domain::CallMethod& each : client.events->calls) {
    EXPECT_EQ(each.request.find_first_not_of("0123456789abcdef"), std::string::npos);
    seen.insert(each.request);
  }
  EXPECT_EQ(seen.size(), 12U);
}

TEST(Methods, OfADeviceThatDoesNotAnswerTimeOut) {
  World world;
  Client client = listener(world);
  const TimePoint before = world.clock.wall();
  auto call = World::method("reboot");
  call->response_timeout = seconds(7);
  EXPECT_EQ(world.call(std::move(call)).error().kind, ErrorKind::kTimeout);
  EXPECT_EQ(world.clock.wall() - before, seconds(7));
  // Too late: nobody waits, and the device did nothing wrong.
  EXPECT_TRUE(client.does(domain::AnswerMethod{client.events->calls[0].request, 200, ""}));
}

TEST(Methods, NeedADeviceThatListens) {
  World world;
  EXPECT_EQ(world.call(World::method("m")).error().kind, ErrorKind::kOffline);
  const Client deaf = world.connect();
  EXPECT_EQ(world.call(World::method("m")).error().kind, ErrorKind::kOffline);
  auto unknown = World::method("m");
  unknown->device = device_id("nobody");
  EXPECT_EQ(world.call(std::move(unknown)).error().kind, ErrorKind::kNotFound);
  EXPECT_EQ(world.planned.waits, 0);
}

TEST(Methods, WaitForTheDeviceToCome) {
  World world;
  Client client;
  world.planned.plan([&] { client = world.connect(); });
  world.planned.plan([&] { EXPECT_TRUE(client.listen(domain::Channel::kMethods)); });
  world.planned.plan([&] {
    ASSERT_EQ(client.events->calls.size(), 1U);
    EXPECT_TRUE(client.does(domain::AnswerMethod{client.events->calls[0].request, 201, ""}));
  });
  auto call = World::method("m");
  call->connect_timeout = seconds(30);
  const Result<MethodAnswer> answer = world.call(std::move(call));
  ASSERT_TRUE(answer) << answer.error().what;
  EXPECT_EQ(answer->status, 201);
}

TEST(Methods, ADeviceThatResumesItsSessionHasCome) {
  World world;
  listener(world).attachment.reset();
  Client client;
  world.planned.plan([&] { client = world.connect(); });
  world.planned.plan([&] {
    ASSERT_EQ(client.events->calls.size(), 1U);
    EXPECT_TRUE(client.does(domain::AnswerMethod{client.events->calls[0].request, 200, ""}));
  });
  auto call = World::method("m");
  call->connect_timeout = seconds(30);
  EXPECT_TRUE(world.call(std::move(call)));
}

TEST(Methods, GiveUpWaitingForADeviceThatDoesNotCome) {
  World world;
  const TimePoint before = world.clock.wall();
  auto call = World::method("m");
  call->connect_timeout = seconds(20);
  EXPECT_EQ(world.call(std::move(call)).error().kind, ErrorKind::kOffline);
  EXPECT_EQ(world.clock.wall() - before, seconds(20));
}

TEST(Methods, FailAtOnceWhenTheConnectionEnds) {
  World world;
  Client client = listener(world);
  world.planned.plan([&] { client.attachment.reset(); });
  EXPECT_EQ(world.call(World::method("m")).error().kind, ErrorKind::kOffline);

  client = listener(world);
  Client newer;
  world.planned.plan([&] { newer = world.connect(); });
  EXPECT_EQ(world.call(World::method("m")).error().kind, ErrorKind::kOffline);
}

TEST(Methods, ASlowConnectionIsToldToTheCaller) {
  World world;
  Client client = listener(world);
  client.events->full = true;
  EXPECT_EQ(world.call(World::method("m")).error().kind, ErrorKind::kOffline);
  EXPECT_TRUE(client.events->ends.empty());
  EXPECT_EQ(world.hub().stats().events_dropped, 1U);
}

TEST(Methods, OpenCallsAreBounded) {
  World world({.methods_pending_max = 2});
  const Client client = listener(world);
  ErrorKind kind = ErrorKind::kInternal;
  world.planned.plan([&] {
    world.planned.plan([&] { kind = world.call(World::method("c")).error().kind; });
    EXPECT_FALSE(world.call(World::method("b")));
  });
  EXPECT_FALSE(world.call(World::method("a")));
  EXPECT_EQ(kind, ErrorKind::kTooMany);
  EXPECT_EQ(client.events->calls.size(), 2U);
}

TEST(Methods, AreCheckedBeforeTheyAreCalled) {
  World world;
  const Client client = listener(world);
  for (const std::string name : {"", "a/b", "a b", "a?b", "a#", "+", "a\n", "\xff"}) {
    EXPECT_EQ(world.call(World::method(name)).error().kind, ErrorKind::kInvalid) << name;
  }
  EXPECT_EQ(world.call(World::method(std::string(101, 'm'))).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(world.call(World::method("m", "{")).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(
      world.call(World::method("m", std::string(kMethodPayloadBytesMax + 1, ' '))).error().kind,
      ErrorKind::kTooLarge);
  for (const int timeout : {4, 301}) {
    auto call = World::method("m");
    call->response_timeout = seconds(timeout);
    EXPECT_EQ(world.call(std::move(call)).error().kind, ErrorKind::kInvalid);
  }
  auto call = World::method("m");
  call->connect_timeout = seconds(301);
  EXPECT_EQ(world.call(std::move(call)).error().kind, ErrorKind::kInvalid);
  EXPECT_TRUE(client.events->calls.empty());
}

TEST(Methods, AnAnswerThatBreaksTheRulesFailsTheCallAtOnce) {
  World world;
  Client client = listener(world);
  world.planned.plan([&] {
    EXPECT_EQ(client.refused(domain::AnswerMethod{client.events->calls[0].request, 200, "oops"}),
              Reason::kDocumentInvalid);
  });
  EXPECT_EQ(world.call(World::method("m")).error().kind, ErrorKind::kUnavailable);
  world.planned.plan([&] {
    const std::string huge(kMethodPayloadBytesMax + 1, ' ');
    EXPECT_EQ(client.refused(domain::AnswerMethod{client.events->calls[1].request, 200, huge}),
              Reason::kMessageTooLarge);
  });
  EXPECT_EQ(world.call(World::method("m")).error().kind, ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace berth::hub
