// `berth tpm` with a software TPM: what it shows, what it enrols, what it says when it fails.
#include "cli/tests/fake_world.h"
#include "device/tests/fake_hub.h"
#include "device/tests/swtpm.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace berth::cli {
namespace {

namespace json = boost::json;
using device::testing::FakeHub;
using device::testing::http;
using device::testing::Swtpm;
using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::HasSubstr;

class TpmVerbs : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { tpm_ = std::make_unique<Swtpm>(); }
  static void TearDownTestSuite() { tpm_.reset(); }
  void SetUp() override {
    if (!tpm_->is_there()) GTEST_SKIP() << tpm_->why_not();
  }

  int run(std::vector<std::string> words) {
    words.insert(words.end(), {"--tcti", tpm_->tcti()});
    return world_.run(words);
  }
  json::object shown() {
    EXPECT_EQ(run({"tpm", "show", "--json"}), kDone) << world_.err.str();
    return json::parse(world_.out.str()).as_object();
  }
  // At a server that answers every request so.
  int registers(const std::string& answer) {
    cloud_.provision = [answer](const std::string&) { return answer; };
    return run({"tpm", "register", "--scope", "0ne00ABCDEF", "--registration-id", "pump-7",
                "--host", "localhost", "--port", std::to_string(cloud_.port()), "--ca-file",
                cloud_.ca().string()});
  }

  static std::unique_ptr<Swtpm> tpm_;
  FakeWorld world_;
  FakeHub cloud_;
};
std::unique_ptr<Swtpm> TpmVerbs::tpm_;

TEST_F(TpmVerbs, ShowsTheKeysAndTheIdMadeOfThem) {
  const json::object keys = shown();
  EXPECT_EQ(keys.at("registrationId").as_string().size(), 52U);
  EXPECT_TRUE(keys.at("endorsementKey").as_string().starts_with("AToAAQALAAMAsgAg"));
  EXPECT_TRUE(keys.at("storageRootKey").as_string().starts_with("ARoAAQALAAMEcgAA"));
  EXPECT_FALSE(keys.at("holdsDeviceKey").as_bool());
  EXPECT_EQ(run({"tpm", "show"}), kDone);
  EXPECT_THAT(world_.out.str(), HasSubstr(keys.at("endorsementKey").as_string().c_str()));
  EXPECT_THAT(world_.out.str(), HasSubstr("none yet"));
}

TEST_F(TpmVerbs, EnrollsBothKeysUnderTheIdMadeOfThem) {
  const json::object keys = shown();
  const std::string id(keys.at("registrationId").as_string());
  world_.server.answer("POST /api/v1/scopes/0ne00ABCDEF/enrollments", R"({"id":"x"})", 201);
  ASSERT_EQ(run({"tpm", "enroll", "--scope", "0ne00ABCDEF", "--device-id", "pump"}), kDone)
      << world_.err.str();
  EXPECT_THAT(world_.server.sent(), ElementsAre("POST /api/v1/scopes/0ne00ABCDEF/enrollments"));
  const json::object body = json::parse(world_.server.calls.front().body.value()).as_object();
  EXPECT_EQ(body.at("id").as_string(), id);
  EXPECT_EQ(body.at("deviceId"), "pump");
  const json::object& attestation = body.at("attestation").as_object();
  EXPECT_EQ(attestation.at("type"), "tpm");
  EXPECT_EQ(attestation.at("endorsementKey"), keys.at("endorsementKey"));
  EXPECT_EQ(attestation.at("storageRootKey"), keys.at("storageRootKey"));
}

TEST_F(TpmVerbs, EnrollsTheEndorsementKeyAloneWhenTold) {
  world_.server.answer("POST /api/v1/scopes/0ne00ABCDEF/enrollments", R"({"id":"pump-7"})", 201);
  ASSERT_EQ(run({"tpm", "enroll", "--scope", "0ne00ABCDEF", "--registration-id", "pump-7",
                 "--any-storage-root-key"}),
            kDone)
      << world_.err.str();
  const json::object body = json::parse(world_.server.calls.front().body.value()).as_object();
  EXPECT_EQ(body.at("id"), "pump-7");
  EXPECT_FALSE(body.at("attestation").as_object().contains("storageRootKey"));
}

TEST_F(TpmVerbs, ARefusedRegistrationPointsToTheTrail) {
  EXPECT_EQ(registers(http(401, R"({"message":"Unauthorized"})")), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("pump-7 was not registered at localhost:"));
  EXPECT_THAT(world_.err.str(), HasSubstr("berth trail explain pump-7"));
}

TEST_F(TpmVerbs, AnAnswerThatIsNoneIsSaidPlainly) {
  EXPECT_EQ(registers("no HTTP at all\r\n\r\n"), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("registering at localhost:"));
}

TEST_F(TpmVerbs, WithoutATpmItSaysHowToNameOne) {
  Swtpm gone;
  ASSERT_TRUE(gone.is_there());
  gone.stop();
  EXPECT_EQ(world_.run({"tpm", "show", "--tcti", gone.tcti()}), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("no TPM answers"));
  EXPECT_THAT(world_.err.str(), HasSubstr("device:/dev/tpmrm0"));
}

}  // namespace
}  // namespace berth::cli
