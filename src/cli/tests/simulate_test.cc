// `berth simulate device`, and the secrets that `berth key derive --out` makes for it.
#include "cli/tests/fake_world.h"
#include "device/tests/fake_hub.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace berth::cli {
namespace {

namespace json = boost::json;
using device::testing::FakeHub;
using device::testing::http;
using ::testing::ContainsRegex;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::Not;

// HMAC-SHA-256 of "pump-1" under 16 bytes 0xaa, and under 16 bytes 0x55.
constexpr const char* kGroupPrimary = "qqqqqqqqqqqqqqqqqqqqqg==";
constexpr const char* kGroupSecondary = "VVVVVVVVVVVVVVVVVVVVVQ==";
constexpr const char* kPrimary = "nBn3kFyQ4dW/KWkpI76FU7y/REEcufNjr9w0UexTPbo=";
constexpr const char* kSecondary = "oLEfIugyqIeJsiOS/y5audwvD48FVfXd08+zvrGREGQ=";

class Simulate : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            (std::string("berth-simulate-") + test->name() + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
    cloud_.provision = [](const std::string& request) {
      return request.starts_with("PUT")
                 ? http(202, R"({"operationId":"4.op","status":"assigning"})")
                 : http(200, R"({"operationId":"4.op","status":"assigned","registrationState":)"
                             R"({"assignedHub":"hub.localhost","deviceId":"pump-1"}})");
    };
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(path_ / name) << text;
  }
  json::value read(const std::string& name) const {
    std::ifstream in(path_ / name);
    std::stringstream text;
    text << in.rdbuf();
    return json::parse(text.str());
  }
  unsigned mode(const std::string& name) const {
    struct stat found {};
    ::stat(file(name).c_str(), &found);
    return found.st_mode & 0777U;
  }
  std::string endpoint() const { return "localhost:" + std::to_string(cloud_.port()); }
  int derive(std::vector<std::string> more) {
    std::vector<std::string> words{"key", "derive", "--registration-id", "pump-1"};
    words.insert(words.end(), more.begin(), more.end());
    return world_.run(words);
  }
  int simulate(std::vector<std::string> more) {
    std::vector<std::string> words{"simulate",    "device",
                                   "--secrets",   file("secrets.json"),
                                   "--settings",  file("settings.json"),
                                   "--ca",        cloud_.ca(),
                                   "--mqtt-port", std::to_string(cloud_.port())};
    words.insert(words.end(), more.begin(), more.end());
    return world_.run(words);
  }
  void has_secrets() {
    ASSERT_EQ(derive({"--endpoint", endpoint(), "--scope", "0neA", "--primary-key", kGroupPrimary,
                      "--secondary-key", kGroupSecondary, "--out", file("secrets.json")}),
              kDone);
  }

  FakeWorld world_;
  FakeHub cloud_;
  std::filesystem::path path_;
};

TEST_F(Simulate, KeyDeriveWritesAllThatADeviceNeeds) {
  has_secrets();
  EXPECT_EQ(read("secrets.json"), (json::object{{"endpoint", endpoint()},
                                                {"idScope", "0neA"},
                                                {"registrationId", "pump-1"},
                                                {"primaryKey", kPrimary},
                                                {"secondaryKey", kSecondary}}));
  EXPECT_EQ(mode("secrets.json"), 0600U);
  EXPECT_THAT(world_.out.str(), Not(HasSubstr(kPrimary)));
}

TEST_F(Simulate, KeyDeriveTakesBothKeysFromStandardInput) {
  world_.in.str(std::string(kGroupPrimary) + "\n" + kGroupSecondary + "\n");
  ASSERT_EQ(derive({"--primary-key", "@-", "--secondary-key", "@-", "--json"}), kDone);
  EXPECT_THAT(world_.out.str(), HasSubstr(kPrimary));
  EXPECT_THAT(world_.out.str(), HasSubstr(kSecondary));
  world_.in.clear();
  world_.in.str(kGroupPrimary);
  EXPECT_EQ(derive({"--primary-key", "@-", "--secondary-key", "@-"}), kUsage);
}

TEST_F(Simulate, KeyDeriveKnowsTheEndpointOfTheServerThatHasTheGroup) {
  world_.server.answer("GET /api/v1/scopes/0neA/enrollment-groups/g/keys",
                       std::string(R"({"primaryKey":")") + kGroupPrimary + R"(","secondaryKey":")" +
                           kGroupSecondary + "\"}");
  ASSERT_EQ(derive({"--from-group", "g", "--scope", "0neA", "--out", file("s.json")}), kDone);
  EXPECT_EQ(read("s.json").at("endpoint"), "fake:1");
  EXPECT_EQ(read("s.json").at("secondaryKey"), kSecondary);
  EXPECT_EQ(derive({"--from-group", "g", "--secondary-key", kGroupSecondary}), kUsage);
}

TEST_F(Simulate, ANewDeviceProvisionsAndKeepsWhatItLearned) {
  has_secrets();
  EXPECT_EQ(simulate({"--messages", "3", "--interval", "0"}), kDone) << world_.err.str();
  EXPECT_THAT(world_.out.str(), HasSubstr("assigned to hub hub.localhost as device pump-1"));
  EXPECT_THAT(world_.out.str(), HasSubstr("desired twin: {\"interval\":5,\"$version\":4}\n"));
  EXPECT_THAT(world_.out.str(), HasSubstr("telemetry: 1 of 3 acknowledged\n"
                                          "telemetry: 3 of 3 acknowledged\n"));
  EXPECT_THAT(world_.out.str(), Not(HasSubstr(kPrimary)));
  EXPECT_EQ(
      read("settings.json"),
      (json::object{
          {"assignedHub", "hub.localhost"},
          {"deviceId", "pump-1"},
          {"primaryConnectionString",
           std::string("HostName=hub.localhost;DeviceId=pump-1;SharedAccessKey=") + kPrimary},
          {"secondaryConnectionString",
           std::string("HostName=hub.localhost;DeviceId=pump-1;SharedAccessKey=") + kSecondary}}));
  EXPECT_EQ(mode("settings.json"), 0600U);

  cloud_.provision = nullptr;
  EXPECT_EQ(simulate({"--once"}), kDone) << world_.err.str();
  EXPECT_THAT(world_.out.str(), HasSubstr("device pump-1 of hub hub.localhost\nconnected to"));
}

TEST_F(Simulate, TheHubOfAServerOnThisMachineIsFoundByItsDataDirectory) {
  has_secrets();
  write("url", "https://" + endpoint() + "\n");
  write("mqtt-url", "mqtts://localhost:" + std::to_string(cloud_.port()) + "\n");
  EXPECT_EQ(
      world_.run({"simulate", "device", "--secrets", file("secrets.json"), "--settings",
                  file("settings.json"), "--ca", cloud_.ca(), "--data", path_.string(), "--once"}),
      kDone)
      << world_.err.str();
}

TEST_F(Simulate, ARefusalIsAClearSentenceAndAHint) {
  has_secrets();
  cloud_.provision = [](const std::string&) { return http(401, R"({"message":"no\u001b[2J"})"); };
  EXPECT_EQ(simulate({"--once", "--key", "primary"}), kFailed);
  EXPECT_THAT(world_.out.str(), HasSubstr("the primary key was refused: no?[2J\n"));
  EXPECT_THAT(world_.err.str(),
              ContainsRegex("error: localhost:[0-9]+ refused to register pump-1: no"));
  EXPECT_THAT(world_.err.str(), HasSubstr("  mend: berth trail explain pump-1\n"));
  EXPECT_FALSE(std::filesystem::exists(file("settings.json")));
}

TEST_F(Simulate, FilesThatAreNoneAreNamed) {
  EXPECT_EQ(simulate({"--once"}), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("there is no such file"));
  write("secrets.json", "[]");
  EXPECT_EQ(simulate({"--once"}), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("does not hold a JSON object"));
  write("secrets.json", R"({"endpoint":"h","idScope":"s","registrationId":"r"})");
  EXPECT_EQ(simulate({"--once"}), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("has no \"primaryKey\""));
  write("secrets.json",
        R"({"endpoint":"h:x","idScope":"s","registrationId":"r","primaryKey":"AAAA"})");
  EXPECT_EQ(simulate({"--once"}), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("`h:x` is no endpoint"));
  has_secrets();
  write("settings.json", "{");
  EXPECT_EQ(simulate({"--once"}), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("delete it to provision the device again"));
  std::filesystem::remove(file("settings.json"));
  EXPECT_EQ(simulate({"--once", "--https-port", "70000"}), kUsage);
}

}  // namespace
}  // namespace berth::cli
