// Devices by hand, twins, methods and messages on the command line, and connection strings.
#include "cli/tests/fake_world.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace berth::cli {
namespace {

using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::Not;
namespace json = boost::json;

constexpr const char* kDevice = "/api/v1/hubs/h/devices/d";

class DeviceVerbs : public ::testing::Test {
 protected:
  // One run against a server that answers everything with `body`.
  int run(std::vector<std::string> words, const std::string& body = "{}") {
    for (const char* method : {"GET", "POST", "PATCH", "PUT"}) {
      world.server.otherwise[method] = body;
    }
    words.insert(words.end(), {"--hub", "h"});
    return world.run(words);
  }
  json::value sent_body() const { return json::parse(world.server.calls.back().body.value()); }
  std::string out() const { return world.out.str(); }
  std::string err() const { return world.err.str(); }

  FakeWorld world;
};

TEST_F(DeviceVerbs, CreateLeavesTheScopeToTheServer) {
  EXPECT_EQ(run({"device", "create", "d", "--status", "disabled", "--desired", "{\"a\":1}"}),
            kDone);
  EXPECT_THAT(world.server.sent(), ElementsAre("POST /api/v1/hubs/h/devices"));
  EXPECT_EQ(json::serialize(sent_body()), R"({"enabled":false,"id":"d","desired":{"a":1}})");
  EXPECT_THAT(out(), HasSubstr("created device d at hub h"));
}

TEST_F(DeviceVerbs, ShowSaysHowTheDeviceIsConnected) {
  EXPECT_EQ(
      run({"device", "show", "d"},
          R"({"id":"d","retiredKeys":[{"slot":"primary","retiredAt":"2026-01-31T12:00:00Z"}],)"
          R"("connection":{"connected":true,"changedAt":"2026-01-31T12:00:00.1Z"}})"),
      kDone);
  EXPECT_THAT(out(), HasSubstr("retired keys            primary 2026-01-31 12:00:00Z"));
  EXPECT_THAT(out(), HasSubstr("connection: connected   yes"));
  EXPECT_THAT(out(), HasSubstr("connection: changed at  2026-01-31 12:00:00Z"));
}

TEST_F(DeviceVerbs, KeysStandBesideTheRestWhenAskedFor) {
  world.server.answer(std::string("GET ") + kDevice + "/keys", R"({"primaryKey":"cA=="})");
  EXPECT_EQ(run({"device", "regenerate-key", "d", "--show-keys"}, R"({"id":"d"})"), kDone);
  EXPECT_THAT(world.server.sent(),
              ElementsAre(std::string("POST ") + kDevice + "/keys/primary/regenerate",
                          std::string("GET ") + kDevice + "/keys"));
  EXPECT_THAT(out(), HasSubstr("primary key  cA=="));
  EXPECT_EQ(run({"device", "show", "d", "--show-keys", "--json"}, R"({"id":"d","n":1.5})"), kDone);
  EXPECT_EQ(out(), "{\"id\":\"d\",\"n\":1.5,\"keys\":{\"primaryKey\":\"cA==\"}}\n");
}

TEST_F(DeviceVerbs, AConnectionStringStandsAlone) {
  world.server.answer("GET /api/v1/hubs/h", R"({"host":"h.example"})");
  world.server.answer(std::string("GET ") + kDevice + "/keys",
                      R"({"primaryKey":"cA==","secondaryKey":"cw=="})");
  EXPECT_EQ(run({"device", "connection-string", "d"}), kDone);
  EXPECT_EQ(out(), "HostName=h.example;DeviceId=d;SharedAccessKey=cA==\n");
  EXPECT_EQ(run({"device", "connection-string", "d", "--key", "secondary", "--json"}), kDone);
  EXPECT_EQ(out(),
            "{\"connectionString\":\"HostName=h.example;DeviceId=d;SharedAccessKey=cw==\"}\n");
}

TEST_F(DeviceVerbs, AHubsConnectionStringIsOfAPolicy) {
  world.server.answer(
      "GET /api/v1/hubs/h/keys",
      R"({"host":"h.example","policies":[{"name":"iothubowner","primaryKey":"cA=="},)"
      R"({"name":"service","secondaryKey":"cw=="}]})");
  EXPECT_EQ(world.run({"hub", "connection-string", "h"}), kDone);
  EXPECT_EQ(out(), "HostName=h.example;SharedAccessKeyName=iothubowner;SharedAccessKey=cA==\n");
  EXPECT_EQ(
      world.run({"hub", "connection-string", "h", "--policy", "service", "--key", "secondary"}),
      kDone);
  EXPECT_EQ(out(), "HostName=h.example;SharedAccessKeyName=service;SharedAccessKey=cw==\n");
  EXPECT_EQ(world.run({"hub", "connection-string", "h", "--policy", "owner"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("it has: iothubowner, service"));
}

TEST_F(DeviceVerbs, AHubIsLinkedByItsStringAlone) {
  world.server.answer("POST /api/v1/scopes/s/hubs", R"({"scope":"s","hub":"hub-7"})");
  world.in.str("  HostName=x;SharedAccessKeyName=p;SharedAccessKey=YQ==\n");
  EXPECT_EQ(world.run({"hub", "link", "--scope", "s", "--connection-string", "@-"}), kDone);
  EXPECT_EQ(sent_body().at("connectionString"),
            "HostName=x;SharedAccessKeyName=p;SharedAccessKey=YQ==");
  EXPECT_THAT(out(), HasSubstr("linked hub hub-7 to scope s"));
  EXPECT_THAT(out(), Not(HasSubstr("YQ==")));
}

TEST_F(DeviceVerbs, ATwinIsMergedOrReplaced) {
  const std::string twin = R"({"desired":{"a":1.5},"desiredMetadata":{"x":1},"etag":4})";
  EXPECT_EQ(run({"twin", "update", "d", "--desired", "{\"a\":null}", "--etag", "3"}, twin), kDone);
  EXPECT_EQ(world.server.calls.back().method, "PATCH");
  EXPECT_EQ(world.server.calls.back().if_match, "\"3\"");
  EXPECT_EQ(json::serialize(sent_body()), R"({"desired":{"a":null}})");
  EXPECT_THAT(out(), HasSubstr("{\"a\":1.5}"));
  EXPECT_THAT(out(), Not(HasSubstr("metadata")));
  EXPECT_EQ(run({"twin", "update", "d", "--tags", "{}", "--replace"}, twin), kDone);
  EXPECT_EQ(world.server.calls.back().method, "PUT");
  EXPECT_EQ(run({"twin", "show", "d", "--json"}, twin), kDone);
  EXPECT_EQ(out(), twin + "\n");
  EXPECT_EQ(run({"twin", "update", "d", "--replace"}, twin), kUsage);
}

TEST_F(DeviceVerbs, AMethodMayTakeAsLongAsTheDeviceMay) {
  EXPECT_EQ(run({"device", "call-method", "d", "reboot", "--payload", "[1]", "--timeout", "60",
                 "--connect-timeout", "20"},
                R"({"status":200,"payload":{"t":21.5}})"),
            kDone);
  EXPECT_EQ(json::serialize(sent_body()),
            R"({"method":"reboot","payload":[1],"responseTimeout":60,"connectTimeout":20})");
  EXPECT_EQ(world.server.endpoint.timeout.count(), 95);
  EXPECT_EQ(out(), "status   200\npayload  {\"t\":21.5}\n");
  EXPECT_EQ(run({"device", "call-method", "d", "reboot", "--payload", "{"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("--payload is not JSON"));
}

TEST_F(DeviceVerbs, ADeviceThatIsAwayIsToldFromTheServer) {
  world.server.refuse(std::string("POST ") + kDevice + "/methods", 409, "offline", "not connected");
  EXPECT_EQ(run({"device", "call-method", "d", "reboot"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("error: not connected"));
  EXPECT_THAT(err(), HasSubstr("409 offline"));
}

TEST_F(DeviceVerbs, AMessageIsTextOrAFileOfAnyBytes) {
  EXPECT_EQ(run({"device", "send", "d", "@hello", "--property", "a=b=c", "--property", "flag"}),
            kDone);
  EXPECT_EQ(json::serialize(sent_body()),
            R"({"body":"@hello","properties":{"a":"b=c","flag":null}})");
  const auto file =
      std::filesystem::temp_directory_path() / ("berth-body-" + std::to_string(getpid()));
  std::ofstream(file, std::ios::binary) << std::string("\0\xff", 2);
  EXPECT_EQ(run({"device", "send", "d", "--body-file", file.string(), "--expires-in", "60"}),
            kDone);
  EXPECT_EQ(json::serialize(sent_body()), R"({"bodyBase64":"AP8=","expiresIn":60})");
  std::filesystem::remove(file);
  EXPECT_EQ(run({"device", "send", "d"}), kUsage);
  EXPECT_EQ(run({"device", "send", "d", "x", "--property", "=b"}), kUsage);
  EXPECT_EQ(run({"device", "send", "d", "x", "--ack", "some"}), kUsage);
}

}  // namespace
}  // namespace berth::cli
