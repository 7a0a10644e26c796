#include "cli/tests/fake_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace berth::cli {
namespace {

using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kOneScope = R"({"items":[{"id":"0neA"}],"nextCursor":null})";

class DataDirectory : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            (std::string("berth-cli-") + test->name() + "-" + std::to_string(getpid()));
    std::filesystem::create_directories(path_);
  }
  void TearDown() override { std::filesystem::remove_all(path_); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(path_ / name) << text;
  }
  std::filesystem::path path_;
};

TEST(Run, NoWordsIsWrongUsageWithHelp) {
  FakeWorld world;
  EXPECT_EQ(world.run({}), kUsage);
  EXPECT_THAT(world.err.str(), HasSubstr("enrollment create"));
}

TEST(Run, VersionAndHelpGoToStandardOutput) {
  FakeWorld world;
  EXPECT_EQ(world.run({"--version"}), kDone);
  EXPECT_EQ(world.out.str(), "berth 1.2.3\n");
  EXPECT_EQ(world.run({"hub", "link", "--help"}), kDone);
  EXPECT_THAT(world.out.str(), HasSubstr("--allocation-weight N"));
}

TEST(Run, ErrorsSayWhatWhyAndMend) {
  FakeWorld world;
  world.server.refuse("GET /api/v1/scopes/0neB", 404, "not_found", "there is no scope '0neB'");
  EXPECT_EQ(world.run({"scope", "show", "0neB"}), kFailed);
  EXPECT_EQ(world.err.str(),
            "error: there is no scope '0neB'\n"
            "  why:  the server answered 404 not_found, request r-1\n"
            "  mend: do it\n");
  EXPECT_EQ(world.out.str(), "");
}

TEST(Run, ErrorsInJsonModeAreTheApisDocument) {
  FakeWorld world;
  world.server.refuse("GET /api/v1/scopes/0neB", 404, "not_found", "no scope");
  EXPECT_EQ(world.run({"scope", "show", "0neB", "--json"}), kFailed);
  EXPECT_THAT(world.err.str(), HasSubstr(R"("code":"not_found","detail":"no scope")"));
  world.server.is_down = true;
  EXPECT_EQ(world.run({"scope", "list", "--json"}), kFailed);
  EXPECT_THAT(world.err.str(), HasSubstr(R"("mend":"start it"})"));
}

TEST(Run, AnUnauthenticatedCallSaysWhereTokensAre) {
  FakeWorld world;
  world.server.answer("GET /api/v1/scopes",
                      R"({"code":"unauthenticated","detail":"the token is unknown"})", 401);
  EXPECT_EQ(world.run({"scope", "list"}), kFailed);
  EXPECT_THAT(world.err.str(), HasSubstr("error: the token is unknown"));
  EXPECT_THAT(world.err.str(), HasSubstr("DATA/admin.token"));
}

TEST(Run, AnAnswerThatIsNotTheApisIsSaidToBeSo) {
  FakeWorld world;
  world.server.answer("GET /api/v1/scopes", "<html>", 502);
  EXPECT_EQ(world.run({"scope", "list"}), kFailed);
  EXPECT_THAT(world.err.str(), HasSubstr("answered 502 in a way that is not Berth's"));
  world.server.answer("GET /api/v1/scopes", "<html>", 200);
  EXPECT_EQ(world.run({"scope", "list"}), kFailed);
  EXPECT_THAT(world.err.str(), HasSubstr("is not JSON"));
}

TEST(Run, TextOfDevicesReachesTheTerminalPrintable) {
  FakeWorld world;
  world.server.answer("GET /api/v1/scopes",
                      R"({"items":[{"id":"a\u001b[31m","displayName":"b\nc"}],"nextCursor":null})");
  EXPECT_EQ(world.run({"scope", "list"}), kDone);
  EXPECT_THAT(world.out.str(), HasSubstr("a?[31m"));
  EXPECT_THAT(world.out.str(), HasSubstr("b?c"));
}

TEST(Run, JsonIsExactlyWhatTheApiSent) {
  FakeWorld world;
  const std::string body = R"({"items":[],  "nextCursor":null,"extra":1.50})";
  world.server.answer("GET /api/v1/scopes", body);
  EXPECT_EQ(world.run({"scope", "list", "--json"}), kDone);
  EXPECT_EQ(world.out.str(), body + "\n");
}

TEST(Run, AFurtherPageIsAnnouncedOnStandardError) {
  FakeWorld world;
  world.server.answer("GET /api/v1/hubs?limit=2&cursor=a%2Fb",
                      R"({"items":[{"name":"h"}],"nextCursor":"c+d"})");
  EXPECT_EQ(world.run({"hub", "list", "--limit", "2", "--cursor", "a/b"}), kDone);
  EXPECT_EQ(world.err.str(), "more follow: add --cursor c+d\n");
  EXPECT_EQ(world.run({"hub", "list", "--limit", "1001"}), kUsage);
}

TEST(Scope, MayBeLeftOutWhileThereIsOne) {
  FakeWorld world;
  world.server.answer("GET /api/v1/scopes?limit=2", kOneScope);
  world.server.answer("GET /api/v1/scopes/0neA/enrollments", R"({"items":[],"nextCursor":null})");
  EXPECT_EQ(world.run({"enrollment", "list"}), kDone);
  EXPECT_THAT(world.server.sent(), ElementsAre("GET /api/v1/scopes?limit=2",
                                               "GET /api/v1/scopes/0neA/enrollments?limit=100"));
  world.server.answer("GET /api/v1/scopes?limit=2", R"({"items":[{"id":"a"},{"id":"b"}]})");
  EXPECT_EQ(world.run({"enrollment", "list"}), kUsage);
  EXPECT_THAT(world.err.str(), HasSubstr("more than one scope, so --scope must say which"));
  world.server.answer("GET /api/v1/scopes?limit=2", R"({"items":[]})");
  EXPECT_EQ(world.run({"enrollment", "list"}), kFailed);
  EXPECT_THAT(world.err.str(), HasSubstr("berth scope create"));
}

TEST(Enrollment, FlagsBecomeTheBodyOfTheApi) {
  FakeWorld world;
  world.server.answer("POST /api/v1/scopes/s/enrollments", R"({"id":"sn-1"})", 201);
  EXPECT_EQ(world.run({"enrollment",
                       "create",
                       "sn-1",
                       "--scope",
                       "s",
                       "--attestation-type",
                       "symmetrickey",
                       "--primary-key",
                       "qqqqqqqqqqqqqqqqqqqqqg==",
                       "--device-id",
                       "d",
                       "--iot-hubs",
                       "a,b c",
                       "--provisioning-status",
                       "disabled",
                       "--reprovision-policy",
                       "never",
                       "--initial-twin-tags",
                       R"({"x":1})",
                       "--edge-enabled",
                       "true",
                       "--allocation-policy",
                       "static"}),
            kDone)
      << world.err.str();
  ASSERT_EQ(world.server.calls.size(), 1u);
  EXPECT_EQ(*world.server.calls[0].body,
            R"({"deviceId":"d","enabled":false,"allocationPolicy":"static","hubs":["a","b","c"],)"
            R"("reprovision":{"updateHubAssignment":false,"migrateDeviceData":true},)"
            R"("tags":{"x":1},"iotEdge":true,)"
            R"("attestation":{"primaryKey":"qqqqqqqqqqqqqqqqqqqqqg==","type":"symmetric_key"},)"
            R"("id":"sn-1"})");
}

TEST(Enrollment, EmptyTextsRestoreDefaults) {
  FakeWorld world;
  world.server.answer("PATCH /api/v1/scopes/s/enrollments/e", "{}");
  EXPECT_EQ(world.run({"enrollment", "update", "e", "--scope", "s", "--display-name", "",
                       "--allocation-policy", "", "--initial-twin-tags", "", "--etag", "3"}),
            kDone)
      << world.err.str();
  EXPECT_EQ(*world.server.calls[0].body,
            R"({"displayName":null,"allocationPolicy":null,"tags":null})");
  EXPECT_EQ(world.server.calls[0].if_match, "\"3\"");
}

TEST(Enrollment, WrongValuesAreRefusedBeforeAnythingIsSent) {
  FakeWorld world;
  const auto refused = [&](std::vector<std::string> flags) {
    std::vector<std::string> words{"enrollment", "update", "e", "--scope", "s"};
    words.insert(words.end(), flags.begin(), flags.end());
    EXPECT_EQ(world.run(words), kUsage);
    EXPECT_TRUE(world.server.calls.empty());
    return world.err.str();
  };
  EXPECT_THAT(refused({}), HasSubstr("nothing to change"));
  EXPECT_THAT(refused({"--primary-key", "AAAA"}), HasSubstr("has 3 bytes"));
  EXPECT_THAT(refused({"--primary-key", "not*base64"}), Not(HasSubstr("not*base64")));
  EXPECT_THAT(refused({"--initial-twin-tags", "[1]"}), HasSubstr("is not a JSON object"));
}

TEST(Enrollment, KeysAreShownOnlyWhenAskedFor) {
  FakeWorld world;
  world.server.answer("GET /api/v1/scopes/s/enrollment-groups/g",
                      R"({"id":"g","attestation":{"type":"symmetric_key","retiredKeys":[]}})");
  world.server.answer("GET /api/v1/scopes/s/enrollment-groups/g/keys",
                      R"({"primaryKey":"UFA=","secondaryKey":"U1M="})");
  EXPECT_EQ(world.run({"enrollment-group", "show", "g", "--scope", "s"}), kDone);
  EXPECT_EQ(world.server.calls.size(), 1u);
  EXPECT_EQ(world.out.str(),
            "id                         g\n"
            "attestation: type          symmetric_key\n"
            "attestation: retired keys  none\n");
  EXPECT_EQ(world.run({"enrollment-group", "show", "g", "--scope", "s", "--show-keys"}), kDone);
  EXPECT_THAT(world.out.str(), HasSubstr("primary key                UFA=\n"));
  EXPECT_EQ(world.run({"enrollment-group", "show", "g", "--scope", "s", "--show-keys", "--json"}),
            kDone);
  EXPECT_THAT(world.out.str(), HasSubstr(R"("keys":{"primaryKey":"UFA=","secondaryKey":"U1M="})"));
}

TEST(Delete, AsksAPersonAndTakesNoForAnAnswer) {
  FakeWorld world;
  world.server.answer("DELETE /api/v1/scopes/s/enrollments/e", "", 204);
  world.asks = true;
  world.in.str("n\n");
  EXPECT_EQ(world.run({"enrollment", "delete", "e", "--scope", "s"}), kFailed);
  EXPECT_TRUE(world.server.calls.empty());
  EXPECT_THAT(world.err.str(), HasSubstr("Delete enrollment e?"));
  world.in.clear();
  world.in.str("yes\n");
  EXPECT_EQ(world.run({"enrollment", "delete", "e", "--scope", "s"}), kDone);
  EXPECT_THAT(world.out.str(), HasSubstr("deleted enrollment e"));
  EXPECT_EQ(world.run({"enrollment", "delete", "e", "--scope", "s", "--yes"}), kDone);
  world.asks = false;
  EXPECT_EQ(world.run({"enrollment", "delete", "e", "--scope", "s"}), kDone);
}

TEST(Paths, IdsAreEncodedForThem) {
  FakeWorld world;
  world.run({"device", "show", "pump#1/a b", "--hub", "h"});
  EXPECT_THAT(world.server.sent(), ElementsAre("GET /api/v1/hubs/h/devices/pump%231%2Fa%20b"));
}

TEST(Transfer, TakesTheNewOwnerInEitherForm) {
  FakeWorld world;
  world.server.answer("POST /api/v1/scopes/s/registrations/r/transfer",
                      R"({"id":"r","enrollment":{"kind":"group","id":"g"}})");
  EXPECT_EQ(world.run({"registration", "transfer", "r", "--scope", "s", "--to", "group/g"}), kDone);
  EXPECT_EQ(*world.server.calls.back().body, R"({"kind":"group","id":"g"})");
  EXPECT_THAT(world.out.str(), HasSubstr("registration r now belongs to group/g"));
  EXPECT_EQ(world.run({"registration", "transfer", "r", "--scope", "s", "--to-enrollment", "e"}),
            kDone);
  EXPECT_EQ(*world.server.calls.back().body, R"({"kind":"individual","id":"e"})");
  EXPECT_EQ(world.run({"registration", "transfer", "r", "--scope", "s"}), kUsage);
  EXPECT_EQ(world.run({"registration", "transfer", "r", "--scope", "s", "--to", "x/y"}), kUsage);
}

TEST(Token, ExpiryIsCountedFromNow) {
  FakeWorld world;
  world.server.answer("POST /api/v1/tokens", R"({"id":"t1","secret":"berth_x"})", 201);
  EXPECT_EQ(world.run({"token", "create", "--role", "admin", "--expires-in-days", "2"}), kDone);
  EXPECT_EQ(*world.server.calls[0].body,
            R"({"role":"admin","expiresAt":"2026-01-03T00:00:00.000000Z"})");
  EXPECT_THAT(world.out.str(), HasSubstr("secret  berth_x"));
  EXPECT_EQ(world.run({"token", "create", "--expires-in-days", "0"}), kUsage);
}

TEST_F(DataDirectory, TellsWhereTheServerIs) {
  FakeWorld world;
  world.environment = {{"BERTH_DATA", path_.string()}};
  EXPECT_EQ(world.run({"scope", "list"}), kFailed);
  EXPECT_THAT(world.err.str(), HasSubstr("no server is known"));
  write("url", "https://localhost:8443\n");
  write("admin.token", "berth_local\n");
  write("ca.pem", "CA");
  world.server.answer("GET /api/v1/scopes", kOneScope);
  EXPECT_EQ(world.run({"scope", "list"}), kDone);
  EXPECT_EQ(world.server.endpoint.url, "https://localhost:8443");
  EXPECT_EQ(world.server.endpoint.token.text(), "berth_local");
  EXPECT_EQ(world.server.endpoint.ca, path_ / "ca.pem");
}

TEST_F(DataDirectory, FlagsWinOverVariablesOverFiles) {
  FakeWorld world;
  write("url", "https://local:1");
  write("admin.token", "local");
  world.environment = {{"BERTH_DATA", path_.string()},
                       {"BERTH_URL", "https://variable:2/"},
                       {"BERTH_TOKEN", "of-variable"},
                       {"BERTH_CA", "/v.pem"}};
  world.run({"scope", "list"});
  EXPECT_EQ(world.server.endpoint.url, "https://variable:2");
  EXPECT_EQ(world.server.endpoint.token.text(), "of-variable");
  EXPECT_EQ(world.server.endpoint.ca, "/v.pem");
  world.run({"scope", "list", "--url", "https://flag:3", "--token", "of-flag", "--ca", "/f.pem"});
  EXPECT_EQ(world.server.endpoint.url, "https://flag:3");
  EXPECT_EQ(world.server.endpoint.token.text(), "of-flag");
  EXPECT_EQ(world.server.endpoint.ca, "/f.pem");
  EXPECT_EQ(world.run({"scope", "list", "--url", "http://flag:3"}), kUsage);
}

TEST_F(DataDirectory, TheLocalTokenIsNotSentToAServerTheDirectoryDoesNotVouchFor) {
  FakeWorld world;
  write("url", "https://local:1");
  write("admin.token", "local");
  world.environment = {{"BERTH_DATA", path_.string()}};
  world.run({"scope", "list", "--url", "https://elsewhere:2"});
  EXPECT_TRUE(world.server.endpoint.token.empty());
  world.run({"scope", "list", "--url", "https://elsewhere:2", "--ca", "/other.pem"});
  EXPECT_TRUE(world.server.endpoint.token.empty());
  write("ca.pem", "CA");  // now its CA must have signed for whoever gets the token
  world.run({"scope", "list", "--url", "https://elsewhere:2"});
  EXPECT_EQ(world.server.endpoint.token.text(), "local");
}

TEST_F(DataDirectory, DerivedKeysGoToAPrivateFile) {
  FakeWorld world;
  const std::string out = path_ / "secrets.json";
  write("secrets.json", "old");
  std::filesystem::permissions(out, std::filesystem::perms::all);
  write("group.key", "qqqqqqqqqqqqqqqqqqqqqg==\n");
  EXPECT_EQ(world.run({"key", "derive", "--group-key-file", path_ / "group.key",
                       "--registration-id", "a", "--out", out}),
            kDone)
      << world.err.str();
  std::ifstream file(out);
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(),
            "{\"registrationId\":\"a\","
            "\"primaryKey\":\"eXaowz4UV/obDfPOfsTCqKBx4135OejM45a1WkHfm4s=\"}\n");
  struct stat info {};
  ASSERT_EQ(::stat(out.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  EXPECT_THAT(world.out.str(), Not(HasSubstr("eXao")));
  EXPECT_TRUE(world.server.calls.empty()) << "deriving from a key needs no server";
}

TEST(Key, DerivesFromStandardInputAndFromAGroup) {
  FakeWorld world;
  world.in.str("qqqqqqqqqqqqqqqqqqqqqg==\n");
  EXPECT_EQ(world.run({"key", "derive", "--group-key", "@-", "--registration-id", "a"}), kDone);
  EXPECT_EQ(world.out.str(), "eXaowz4UV/obDfPOfsTCqKBx4135OejM45a1WkHfm4s=\n");
  world.server.answer("GET /api/v1/scopes/s/enrollment-groups/g/keys",
                      R"({"primaryKey":"qqqqqqqqqqqqqqqqqqqqqg==",)"
                      R"("secondaryKey":"qqqqqqqqqqqqqqqqqqqqqg=="})");
  EXPECT_EQ(world.run({"key", "derive", "--from-group", "g", "--scope", "s", "--registration-id",
                       "a", "--json"}),
            kDone);
  EXPECT_THAT(world.out.str(),
              HasSubstr(R"({"idScope":"s","registrationId":"a","primaryKey":"eX)"));
  EXPECT_EQ(world.run({"key", "derive", "--registration-id", "a"}), kUsage);
  EXPECT_EQ(world.run({"key", "derive", "--group-key", "@/no/such/file", "--registration-id", "a"}),
            kFailed);
}

TEST(Serve, HandsTheSettingsToTheHook) {
  FakeWorld world;
  std::optional<std::uint16_t> port;
  std::vector<std::string> hosts;
  world.hooks.serve = [&](const config::Config& config) {
    port = config.https_port;
    hosts = config.host;
    return 7;
  };
  EXPECT_EQ(world.run({"serve", "--https-port", "0", "--host", "a", "--host", "b", "--data", "/d"}),
            7);
  EXPECT_EQ(port, 0);
  EXPECT_THAT(hosts, ElementsAre("a", "b"));
  world.environment.emplace_back("BERTH_THREADS", "many");
  EXPECT_EQ(world.run({"serve"}), kFailed);
  EXPECT_THAT(world.err.str(), HasSubstr("BERTH_THREADS: threads: `many` must be"));
  EXPECT_EQ(world.run({"serve", "--https-port", "70000"}), kUsage);
  EXPECT_THAT(world.err.str(), HasSubstr("must be a port, 0 to 65535"));
  EXPECT_EQ(world.run({"serve", "--https-prt", "1"}), kUsage);
}

TEST(Config, CheckShowsSources) {
  FakeWorld world;
  EXPECT_EQ(world.run({"config", "check", "--threads", "2", "--data", "/d"}), kDone);
  EXPECT_THAT(world.out.str(), HasSubstr("the settings are good; file: none"));
  EXPECT_THAT(world.out.str(), ::testing::ContainsRegex("threads +2 +flag\n"));
  EXPECT_EQ(world.run({"config", "check", "--json", "--data", "/d"}), kDone);
  EXPECT_THAT(world.out.str(), HasSubstr(R"({"key":"threads","value":"0","source":"default"})"));
}

}  // namespace
}  // namespace berth::cli
