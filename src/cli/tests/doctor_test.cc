#include "cli/doctor.h"

#include "cli/tests/fake_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using ::testing::ContainsRegex;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::Not;

class Doctor : public ::testing::Test {
 protected:
  void SetUp() override {
    HttpReply health;
    health.status = 200;
    health.certificate =
        ServerCertificate{{"localhost", "*.example.net"}, "Jan 31 00:00:00 2027 GMT"};
    world_.server.replies["GET /healthz"] = health;
    world_.server.answer("GET /readyz", "{}");
    world_.server.answer("GET /api/v1/status", R"({"now":"2026-01-01T00:00:01Z","warnings":[]})");
    world_.server.answer(
        "GET /api/v1/scopes",
        R"({"items":[{"id":"0neA","serviceHost":"a.example.net","enabled":true}]})");
    world_.server.answer("GET /api/v1/scopes/0neA/hubs", R"({"items":[{"hub":"h"}]})");
    world_.server.answer("GET /api/v1/hubs", R"({"items":[{"name":"h","host":"localhost"}]})");
    world_.resolving = {"a.example.net", "localhost"};
  }
  FakeWorld world_;
};

TEST_F(Doctor, FindsAWellServerWell) {
  EXPECT_EQ(world_.run({"doctor"}), kDone) << world_.out.str();
  EXPECT_THAT(world_.out.str(), Not(HasSubstr("bad ")));
  EXPECT_THAT(world_.out.str(), Not(HasSubstr("mend:")));
  EXPECT_THAT(world_.out.str(), HasSubstr("ends in 395 days"));
}

TEST_F(Doctor, NamesAScopeWithoutHubsAndItsMend) {
  world_.server.answer("GET /api/v1/scopes/0neA/hubs", R"({"items":[]})");
  EXPECT_EQ(world_.run({"doctor"}), kFailed);
  EXPECT_THAT(world_.out.str(), ContainsRegex("bad +scope 0neA +has no linked hub"));
  EXPECT_THAT(world_.out.str(), HasSubstr("mend: berth hub link --scope 0neA --hub-name HUB"));
}

TEST_F(Doctor, ComparesTheClocks) {
  world_.server.answer("GET /api/v1/status", R"({"now":"2026-01-01T00:01:00Z","warnings":["w"]})");
  EXPECT_EQ(world_.run({"doctor"}), kDone);
  EXPECT_THAT(world_.out.str(),
              ContainsRegex("warning +clock +the server's clock is 60 s ahead of this one"));
  EXPECT_THAT(world_.out.str(), ContainsRegex("warning +server +w"));
  world_.server.answer("GET /api/v1/status", R"({"now":"2025-12-31T23:00:00Z","warnings":[]})");
  EXPECT_EQ(world_.run({"doctor"}), kFailed);
  EXPECT_THAT(world_.out.str(), ContainsRegex("bad +clock +the server's clock is 3600 s behind"));
}

TEST_F(Doctor, ChecksNamesAgainstDnsAndCertificate) {
  world_.resolving = {"localhost"};
  world_.server.answer("GET /api/v1/hubs", R"({"items":[{"name":"h","host":"hub.other.org"}]})");
  EXPECT_EQ(world_.run({"doctor"}), kFailed);
  EXPECT_THAT(world_.out.str(), HasSubstr("its host a.example.net does not resolve"));
  EXPECT_THAT(world_.out.str(), HasSubstr("certificate does not cover its host hub.other.org"));
}

TEST_F(Doctor, WarnsOfACertificateAtItsEnd) {
  world_.server.replies["GET /healthz"].certificate->expires = "Jan 10 00:00:00 2026 GMT";
  EXPECT_EQ(world_.run({"doctor"}), kDone);
  EXPECT_THAT(world_.out.str(), ContainsRegex("warning +certificate +ends in 9 days"));
  world_.server.replies["GET /healthz"].certificate->expires = "Dec 31 00:00:00 2025 GMT";
  EXPECT_EQ(world_.run({"doctor"}), kFailed);
}

TEST_F(Doctor, StopsAtAServerThatIsDown) {
  world_.server.is_down = true;
  EXPECT_EQ(world_.run({"doctor"}), kFailed);
  EXPECT_THAT(world_.out.str(), ContainsRegex("bad +reachable +https://fake cannot be reached"));
  EXPECT_THAT(world_.out.str(), HasSubstr("mend: start it"));
  EXPECT_EQ(world_.run({"doctor", "--json"}), kFailed);
  EXPECT_THAT(world_.out.str(), HasSubstr(R"("verdict":"bad")"));
}

TEST(Covers, WildcardsStandForOneLabel) {
  const std::vector<std::string> names{"localhost", "*.example.net", "10.0.0.1"};
  EXPECT_TRUE(covers(names, "LOCALHOST"));
  EXPECT_TRUE(covers(names, "a.example.net"));
  EXPECT_TRUE(covers(names, "10.0.0.1"));
  EXPECT_FALSE(covers(names, "a.b.example.net"));
  EXPECT_FALSE(covers(names, "example.net"));
  EXPECT_FALSE(covers(names, ".example.net"));
}

TEST(CertificateTime, IsReadAsTheLibraryWordsIt) {
  EXPECT_EQ(base::format_utc(*parse_certificate_time("Nov 22 01:15:00 2026 GMT"), 0),
            "2026-11-22T01:15:00Z");
  EXPECT_EQ(base::format_utc(*parse_certificate_time("Nov  2 01:15:00 2026 GMT"), 0),
            "2026-11-02T01:15:00Z");
  EXPECT_FALSE(parse_certificate_time("2026-11-22"));
}

TEST(HostOf, LeavesPortAndBracketsOut) {
  EXPECT_EQ(host_of("https://a.b:1/c"), "a.b");
  EXPECT_EQ(host_of("https://[::1]:8443"), "::1");
  EXPECT_EQ(host_of("https://a.b"), "a.b");
}

}  // namespace
}  // namespace berth::cli
