// Reading and following a hub's events.
#include "cli/tests/fake_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kEvents = "GET /api/v1/hubs/h/events";

std::string event(const std::string& device, const std::string& rest) {
  return R"({"partition":0,"sequence":1,"hub":"h","deviceId":")" + device +
         R"(","kind":"telemetry","enqueuedAt":"2026-01-31T12:00:00.123456Z",)" +
         R"("systemProperties":{},)" + rest + "}";
}

std::string page(const std::string& items, const std::string& cursor, bool gap = false) {
  return R"({"items":[)" + items + R"(],"nextCursor":")" + cursor + R"(","gap":)" +
         (gap ? "true" : "false") + "}";
}

std::string simple(const std::string& device) {
  return event(device, R"("properties":{},"body":1,"bodyEncoding":"json")");
}

class Events : public ::testing::Test {
 protected:
  void answer(const std::string& query, const std::string& body) {
    world.server.answer(std::string(kEvents) + query, body);
  }
  int run(std::vector<std::string> words) {
    words.insert(words.begin(), {"hub", "events", "h"});
    return world.run(words);
  }
  std::string out() const { return world.out.str(); }
  std::string err() const { return world.err.str(); }

  FakeWorld world;
};

TEST_F(Events, AreALineEach) {
  answer(
      "?limit=100",
      page(event("a", R"("properties":{"alert":"true","flag":null},"body":{"t":21.5},)"
                      R"("bodyEncoding":"json")") +
               "," + event("b", R"("properties":{},"body":"x\u001b[31m","bodyEncoding":"text")") +
               "," + event("c", R"("properties":{},"body":"AP8=","bodyEncoding":"base64")") + "," +
               event("d", R"("properties":{},"body":"","bodyEncoding":"text")"),
           "e"));
  answer("?cursor=e&limit=96", page("", "e"));
  EXPECT_EQ(run({}), kDone);
  EXPECT_EQ(out(),
            "2026-01-31 12:00:00Z  a  {\"t\":21.5}  alert=true  flag\n"
            "2026-01-31 12:00:00Z  b  x?[31m\n"
            "2026-01-31 12:00:00Z  c  base64:AP8=\n"
            "2026-01-31 12:00:00Z  d  (empty)\n");
  EXPECT_EQ(err(), "");
}

TEST_F(Events, AreJsonLinesOnRequest) {
  const std::string one = event("a", R"("properties":{},"body":{"t":21.5},"bodyEncoding":"json")");
  answer("?limit=1", page(one, "e"));
  EXPECT_EQ(run({"--json", "--limit", "1"}), kDone);
  EXPECT_EQ(out(), one + "\n");
  EXPECT_EQ(err(), "more may follow: add --cursor e\n");
}

TEST_F(Events, OfOneDeviceAreSearchedThroughEmptyPages) {
  answer("?device=b&limit=100", page("", "c1"));
  answer("?cursor=c1&device=b&limit=100", page("", "c2", true));
  answer("?cursor=c2&device=b&limit=100", page(simple("b"), "c3"));
  answer("?cursor=c3&device=b&limit=99", page("", "c3"));
  EXPECT_EQ(run({"--device", "b"}), kDone);
  EXPECT_EQ(world.server.calls.size(), 4U);
  EXPECT_EQ(out(), "2026-01-31 12:00:00Z  b  1\n");
  EXPECT_THAT(err(), HasSubstr("are gone"));
}

TEST_F(Events, AreFollowedFromNowOnUntilCtrlC) {
  answer("?cursor=now&limit=1000", page("", "c1"));
  answer("?cursor=c1&limit=1000&wait=5", page(simple("a"), "c2"));
  answer("?cursor=c2&limit=1000&wait=5", page("", "c2"));
  world.calls_until_interrupt = 3;
  EXPECT_EQ(run({"--follow"}), kDone);
  EXPECT_EQ(out(), "2026-01-31 12:00:00Z  a  1\n");
  EXPECT_EQ(world.server.endpoint.timeout.count(), 30);
  EXPECT_TRUE(world.server.endpoint.interrupted != nullptr);
}

TEST_F(Events, AreFollowedFromTheStartOrACursorWhenAsked) {
  answer("?limit=1000", page(simple("a"), "c1"));
  world.calls_until_interrupt = 1;
  EXPECT_EQ(run({"--follow", "--from-start"}), kDone);
  answer("?cursor=c9&limit=1000", page(simple("a"), "c1"));
  world.calls_until_interrupt = 2;
  EXPECT_EQ(run({"--follow", "--cursor", "c9"}), kDone);
  EXPECT_EQ(run({"--cursor", "c9", "--from-start"}), kUsage);
}

TEST_F(Events, AreReadOnWhereTheyWereLeftWhenTheServerComesBack) {
  answer("?cursor=now&limit=1000", page("", "c1"));
  answer("?cursor=c1&limit=1000&wait=5", page(simple("a"), "c2"));
  world.server.before_answer = [this](std::size_t call) {
    world.server.is_down = call == 2 || call == 3;
  };
  world.calls_until_interrupt = 5;
  answer("?cursor=c2&limit=1000&wait=5", page("", "c2"));
  EXPECT_EQ(run({"--follow"}), kDone);
  EXPECT_EQ(out(), "2026-01-31 12:00:00Z  a  1\n");
  EXPECT_EQ(world.pauses, 2);
  EXPECT_EQ(err(), "the server is away; waiting for it\nthe server is back\n");
}

TEST_F(Events, OfAServerThatStopsAreWaitedFor) {
  answer("?cursor=now&limit=1000", page("", "c1"));
  world.server.refuse(std::string(kEvents) + "?cursor=c1&limit=1000&wait=5", 503, "unavailable",
                      "it is closing");
  world.calls_until_interrupt = 3;
  EXPECT_EQ(run({"--follow"}), kDone);
  EXPECT_EQ(world.pauses, 1);
}

TEST_F(Events, AreNotWaitedForWhereTheServerNeverWasOrRefuses) {
  world.server.is_down = true;
  EXPECT_EQ(run({"--follow"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("it is down"));
  world.server.is_down = false;
  answer("?cursor=now&limit=1000", page("", "c1"));
  world.server.refuse(std::string(kEvents) + "?cursor=c1&limit=1000&wait=5", 404, "not_found",
                      "there is no hub 'h'");
  EXPECT_EQ(run({"--follow"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("there is no hub 'h'"));
  EXPECT_THAT(err(), Not(HasSubstr("waiting")));
}

}  // namespace
}  // namespace berth::cli
