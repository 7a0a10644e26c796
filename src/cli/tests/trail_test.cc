#include "cli/tests/fake_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::HasSubstr;

constexpr const char* kId = "01a200fe-374d-7795-99f1-462cc218a6f8";

std::string refused_trail(const std::string& findings) {
  return std::string(R"({"id":")") + kId +
         R"(","startedAt":"2026-01-31T12:00:00.123456Z","tookNanoseconds":236000,)"
         R"("operation":"register","scope":"0neA","registrationId":"sn-1","dialect":"azure-dps",)"
         R"("transport":"mqtt","source":"10.0.0.7","host":"localhost","client":"sdk/1\u001b",)"
         R"("outcome":"refused","reason":"proof_rejected","enrollment":"group/line-7","hub":null,)"
         R"("deviceId":null,"steps":[)"
         R"({"step":"identify","passed":true,"detail":"one group","expected":null,"received":null,)"
         R"("tookNanoseconds":158000},)"
         R"({"step":"attest","passed":false,"detail":"","expected":"a signature of line-7",)"
         R"("received":"another","tookNanoseconds":54000}],"findings":[)" +
         findings + R"(],"count":3})";
}

constexpr const char* kFindings =
    R"({"cause":"clock_behind","proven":false,"text":"The clock may be behind.","mend":""},)"
    R"({"cause":"group_key_underived","proven":true,"text":"It signs with the group key.",)"
    R"("mend":"berth key derive"})";

TEST(TrailExplain, PrintsStepReasonCausesAndMend) {
  FakeWorld world;
  world.server.answer(std::string("GET /api/v1/trails/") + kId, refused_trail(kFindings));
  EXPECT_EQ(world.run({"trail", "explain", kId}), kDone);
  EXPECT_EQ(world.out.str(),
            "sn-1 refused: proof_rejected\n"
            "at step     attest\n"
            "expected    a signature of line-7\n"
            "received    another\n"
            "proven      It signs with the group key. (group_key_underived)\n"
            "  mend      berth key derive\n"
            "possible    The clock may be behind. (clock_behind)\n"
            "trail       01a200fe-374d-7795-99f1-462cc218a6f8, 2026-01-31 12:00:00Z\n");
}

TEST(TrailShow, PrintsTheTimeline) {
  FakeWorld world;
  world.server.answer(std::string("GET /api/v1/trails/") + kId, refused_trail(kFindings));
  EXPECT_EQ(world.run({"trail", "show", kId}), kDone);
  EXPECT_EQ(world.out.str(),
            "trail       01a200fe-374d-7795-99f1-462cc218a6f8\n"
            "device      sn-1\n"
            "scope       0neA\n"
            "ended       refused: proof_rejected\n"
            "enrollment  group/line-7\n"
            "started     2026-01-31 12:00:00Z\n"
            "asked       register over mqtt (azure-dps), host localhost\n"
            "from        10.0.0.7\n"
            "client      sdk/1?\n"
            "repeated    3 equal refusals in a row\n"
            "     +0.000 ms  identify   passed       0.158 ms  one group\n"
            "     +0.158 ms  attest     refused      0.054 ms\n"
            "                 expected  a signature of line-7\n"
            "                 received  another\n"
            "  together 0.236 ms\n");
}

TEST(TrailExplain, ARegistrationIdMeansItsLatestFailure) {
  FakeWorld world;
  world.server.answer("GET /api/v1/trails?registrationId=sn-1&failed=true&limit=1",
                      R"({"items":[)" + refused_trail(kFindings) + R"(],"nextCursor":null})");
  EXPECT_EQ(world.run({"trail", "explain", "sn-1"}), kDone);
  EXPECT_THAT(world.out.str(), HasSubstr("It signs with the group key."));
}

TEST(TrailExplain, ARegistrationIdThatLooksLikeATrailIdIsStillFound) {
  FakeWorld world;
  world.server.answer(
      std::string("GET /api/v1/trails?registrationId=") + kId + "&failed=true&limit=1",
      R"({"items":[)" + refused_trail(kFindings) + R"(],"nextCursor":null})");
  EXPECT_EQ(world.run({"trail", "explain", kId}), kDone);
  EXPECT_THAT(world.server.sent(), ElementsAre(std::string("GET /api/v1/trails/") + kId,
                                               std::string("GET /api/v1/trails?registrationId=") +
                                                   kId + "&failed=true&limit=1"));
}

TEST(TrailExplain, WaitsForTheExplanationButNotForever) {
  FakeWorld world;
  world.server.answer(std::string("GET /api/v1/trails/") + kId, refused_trail(""));
  EXPECT_EQ(world.run({"trail", "explain", kId}), kDone);
  EXPECT_GT(world.pauses, 0);
  EXPECT_THAT(world.out.str(), HasSubstr("not known yet"));
}

TEST(TrailExplain, UnknownIdsAreRefused) {
  FakeWorld world;
  world.server.answer("GET /api/v1/trails", R"({"items":[],"nextCursor":null})");
  EXPECT_EQ(world.run({"trail", "explain", "sn-9"}), kFailed);
  EXPECT_THAT(world.err.str(), HasSubstr("there is no failed attempt of `sn-9`"));
}

TEST(TrailList, FiltersBecomeTheQuery) {
  FakeWorld world;
  world.server.answer("GET /api/v1/trails", R"({"items":[],"nextCursor":null})");
  EXPECT_EQ(world.run({"trail", "list", "--failed", "--registration-id", "a:b", "--scope", "s"}),
            kDone);
  EXPECT_THAT(world.server.sent(),
              ElementsAre("GET /api/v1/trails?limit=100&scope=s&registrationId=a%3Ab&failed=true"));
  EXPECT_EQ(world.out.str(), "(none)\n");
}

}  // namespace
}  // namespace berth::cli
