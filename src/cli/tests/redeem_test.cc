// `berth device redeem`: codes of each kind at a server that is faked, where keys go, and what is
// printed of them.
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

namespace fs = std::filesystem;
namespace json = boost::json;
using device::testing::FakeHub;
using device::testing::http;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kToken = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
constexpr const char* kKey = "a2V5";
// {"deviceId":"d","deviceKey":"a2V5","patientId":"p","scopeId":"0ne1","modelId":""}
constexpr const char* kSealed =
    "U2FsdGVkX1+Imaq7zN3u/3/fPPvOiNjEATSOZGwtUrlYBnDXDA4f9iPLvYaMrHOjEcnhUBdBv3nNSgPnXBq0BIV3JsteGM"
    "EgS0o9hEk0IqLDskZZTOTC2BmdqRkFDcl5vIxuW6gxQU9WNBKp6AzlwezBHsAkU14UcrjaL70JoCo=";

class Redeem : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              (std::string("berth-redeem-") + test->name() + "-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    world_.environment = {{"BERTH_DATA", (folder_ / "none").string()}, {"WORDS", "p"}};
    cloud_.provision = [this](const std::string& request) { return answer(request); };
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string answer(const std::string& request) {
    requests_.push_back(request.substr(0, request.find(" HTTP/")));
    if (request.starts_with("POST /claim/")) {
      return http(201, R"({"deviceId":"sn-1","registrationId":"sn-1","scopeId":"0ne1"})");
    }
    if (request.starts_with("GET /numeric?")) return http(200, kSealed);
    if (request.starts_with("PUT ")) {
      return http(202, R"({"operationId":"op-1","status":"assigning"})");
    }
    return http(200, R"({"operationId":"op-1","status":"assigned","registrationState":)"
                     R"({"assignedHub":"hub.localhost","deviceId":"sn-1","status":"assigned"}})");
  }
  std::string link() const {
    return "https://localhost:" + std::to_string(cloud_.port()) + "/claim/0a1b#" + kToken;
  }
  std::string out(const std::string& name = "") const { return (folder_ / "keys" / name).string(); }
  int run(const std::string& code, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"device", "redeem", code, "--out", out()};
    const std::string port = std::to_string(cloud_.port());
    for (const std::string& word :
         {std::string("--ca"), cloud_.ca().string(), std::string("--mqtt-port"), port,
          std::string("--host"), std::string("localhost"), std::string("--port"), port}) {
      words.push_back(word);
    }
    words.insert(words.end(), more.begin(), more.end());
    return world_.run(words);
  }
  std::string read(const std::string& name) const {
    std::ifstream in(out(name));
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  unsigned mode(const std::string& name) const {
    struct stat found {};
    ::stat(out(name).c_str(), &found);
    return found.st_mode & 0777U;
  }

  fs::path folder_;
  FakeWorld world_;
  std::vector<std::string> requests_;
  FakeHub cloud_;  // last: its thread uses the rest
};

TEST_F(Redeem, AClaimBecomesADeviceWithACertificateOfItsOwn) {
  ASSERT_EQ(run(link()), 0) << world_.err.str();
  EXPECT_EQ(requests_.front(), "POST /claim/0a1b");
  EXPECT_THAT(world_.out.str(), HasSubstr("it makes this device sn-1 of ID scope 0ne1\n"));
  EXPECT_THAT(world_.out.str(), HasSubstr("sent a message, which the hub acknowledged\n"));
  EXPECT_EQ(mode("sn-1.key.pem"), 0600U);
  EXPECT_THAT(read("sn-1.key.pem"), HasSubstr("BEGIN PRIVATE KEY"));
  EXPECT_THAT(read("sn-1.cert.pem"), HasSubstr("BEGIN CERTIFICATE"));
  EXPECT_THAT(world_.out.str() + world_.err.str(), Not(HasSubstr(kToken)));
}

TEST_F(Redeem, ASymmetricKeyGoesToAFileThatSimulateDeviceReads) {
  ASSERT_EQ(run(link(), {"--key", "symmetric", "--connect", "false"}), 0) << world_.err.str();
  EXPECT_EQ(mode("sn-1.json"), 0600U);
  const json::object kept = json::parse(read("sn-1.json")).as_object();
  EXPECT_EQ(kept.at("idScope").as_string(), "0ne1");
  EXPECT_EQ(kept.at("registrationId").as_string(), "sn-1");
  EXPECT_EQ(kept.at("endpoint").as_string(), "localhost:" + std::to_string(cloud_.port()));
  EXPECT_THAT(world_.out.str(), Not(HasSubstr(std::string(kept.at("primaryKey").as_string()))));
  EXPECT_THAT(world_.out.str(), Not(HasSubstr("connected to hub")));
}

TEST_F(Redeem, NothingIsUsedUpWhenTheKeyCannotBeKept) {
  std::ofstream(folder_ / "keys") << "a file";
  EXPECT_EQ(run(link()), 1);
  EXPECT_TRUE(requests_.empty());
  EXPECT_THAT(world_.err.str(), HasSubstr("the code was not used"));
}

TEST_F(Redeem, ANumberAndItsPassphraseMakeADevice) {
  ASSERT_EQ(run("12135", {"--passphrase-env", "WORDS"}), 0) << world_.err.str();
  EXPECT_EQ(requests_.front(), "GET /numeric?numeric=12135");
  EXPECT_EQ(json::parse(read("d.json")).at("primaryKey").as_string(), kKey);
  EXPECT_THAT(world_.out.str(), Not(HasSubstr(kKey)));
}

TEST_F(Redeem, ShowOpensWithoutAskingAnybody) {
  ASSERT_EQ(run(kSealed, {"--show", "--json", "--passphrase-env", "WORDS"}), 0) << world_.err.str();
  const json::object shown = json::parse(world_.out.str()).as_object();
  EXPECT_EQ(shown.at("deviceId").as_string(), "d");
  EXPECT_FALSE(shown.contains("deviceKey"));
  ASSERT_EQ(run(kSealed, {"--show", "--show-keys", "--json", "--passphrase-env", "WORDS"}), 0);
  EXPECT_EQ(json::parse(world_.out.str()).at("deviceKey").as_string(), kKey);
  EXPECT_TRUE(requests_.empty());
  EXPECT_FALSE(fs::exists(out()));
}

TEST_F(Redeem, AWrongOrMissingPassphraseIsSaid) {
  world_.environment.emplace_back("OTHER", "wrong");
  EXPECT_EQ(run(kSealed, {"--show", "--passphrase-env", "OTHER"}), 1);
  EXPECT_THAT(world_.err.str(), HasSubstr("the passphrase does not open the code"));
  EXPECT_EQ(run(kSealed, {"--show", "--passphrase-env", "NOWHERE"}), 1);
  EXPECT_THAT(world_.err.str(), HasSubstr("NOWHERE"));
  EXPECT_NE(run(kSealed, {"--show"}), 0);  // nobody is there to be asked
}

TEST_F(Redeem, ThePassphraseIsTheFirstLineOfItsFile) {
  std::ofstream(folder_ / "words") << "p\nand more\n";
  EXPECT_EQ(run(kSealed, {"--show", "--passphrase-file", (folder_ / "words").string()}), 0)
      << world_.err.str();
}

TEST_F(Redeem, WhatIsNoCodeIsSaidToBeNone) {
  EXPECT_EQ(run("https://localhost/elsewhere#x"), 1);
  EXPECT_THAT(world_.err.str(), HasSubstr("this is no credential code"));
  EXPECT_TRUE(requests_.empty());
}

}  // namespace
}  // namespace berth::cli
