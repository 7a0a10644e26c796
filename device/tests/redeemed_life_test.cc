// What a device does once a code made it one: registers, connects, sends a message; with a key or
// with its own certificate; and what it says when it is refused.
#include "berth/device/redeemed_life.h"

#include "crypto/own_key.h"
#include "device/tests/fake_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::device {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeHub;
using ::testing::HasSubstr;
using testing::http;
using testing::Protection;
using ::testing::StartsWith;

constexpr const char* kAssigning = R"({"operationId":"op-1","status":"assigning"})";
constexpr const char* kAssigned =
    R"({"operationId":"op-1","status":"assigned","registrationState":)"
    R"({"assignedHub":"hub.localhost","deviceId":"sn-1","status":"assigned"}})";

class Listener final : public CodeObserver {
 public:
  void say(std::string_view line) override { lines.emplace_back(line); }
  Result<Secret> passphrase(unsigned) override { return Fail(ErrorKind::kInternal, "nobody asks"); }
  std::vector<std::string> lines;
};

class RedeemedLife : public ::testing::Test {
 protected:
  RedeemedLife() {
    device_.device_id = "sn-1";
    device_.id_scope = "0ne0000000A";
    device_.model_id = "dtmi:com:example:Thermostat;1";
    device_.service = {"localhost", cloud_.port()};
    device_.key = Secret::from_text("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=");
    options_.ca = cloud_.ca();
    options_.mqtt_port = cloud_.port();
    options_.timeout = std::chrono::milliseconds(5'000);
    options_.poll_delay = std::chrono::milliseconds(0);
    cloud_.provision = [this](const std::string& request) {
      if (request.starts_with("GET ")) return http(200, kAssigned);
      request_ = request;
      return http(202, kAssigning);
    };
  }
  Result<RedeemedLifeReport> run() { return live_as(device_, options_, listener_, clock_); }

  base::FakeClock clock_;
  Listener listener_;
  RedeemedDevice device_;
  RedeemedLifeOptions options_;
  std::string request_;
  FakeHub cloud_;  // last: its thread uses the rest
};

TEST_F(RedeemedLife, RegistersConnectsAndSendsAMessage) {
  const Result<RedeemedLifeReport> done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->hub, "hub.localhost");
  EXPECT_TRUE(done->sent);
  EXPECT_THAT(request_, StartsWith("PUT /0ne0000000A/registrations/sn-1/register?"));
  EXPECT_THAT(request_, HasSubstr(R"("payload":{"modelId":"dtmi:com:example:Thermostat;1"})"));
  EXPECT_THAT(request_, HasSubstr("SharedAccessSignature sr="));
  const std::vector<std::string> seen = cloud_.seen();
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_THAT(seen[0], StartsWith("CONNECT sn-1 hub.localhost/sn-1/?api-version="));
  EXPECT_THAT(seen[0], HasSubstr("&model-id=dtmi%3Acom%3Aexample%3AThermostat%3B1"));
  EXPECT_THAT(seen[1], StartsWith("PUBLISH devices/sn-1/messages/events/"));
  EXPECT_THAT(seen[1], HasSubstr(R"({"redeemed":true,"at":"2026-01-01T00:00:00Z"})"));
  EXPECT_EQ(seen[2], "DISCONNECT");
  EXPECT_THAT(
      listener_.lines,
      ElementsAre("registering sn-1 at localhost:" + std::to_string(cloud_.port()) +
                      " over HTTPS with its key",
                  "assigned to hub hub.localhost as device sn-1", "connected to hub hub.localhost",
                  "sent a message, which the hub acknowledged"));
}

TEST_F(RedeemedLife, OnlyRegistersWhenToldTo) {
  options_.connects = false;
  const Result<RedeemedLifeReport> done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_FALSE(done->sent);
  EXPECT_TRUE(cloud_.seen().empty());
}

TEST_F(RedeemedLife, SaysNothingOfAModelItDoesNotHave) {
  device_.model_id.clear();
  ASSERT_TRUE(run());
  EXPECT_EQ(request_.find("payload"), std::string::npos);
  EXPECT_EQ(cloud_.seen().front().find("model-id"), std::string::npos);
}

TEST_F(RedeemedLife, ProvesItselfWithItsCertificateInsteadOfAKey) {
  base::SystemRng rng;
  const crypto::OwnKey own = crypto::OwnKey::make().value();
  device_.key = Secret();
  device_.certificate_pem = own.certificate_pem("sn-1", rng, base::SystemClock()).value();
  device_.key_pem = own.private_key_pem().value();
  cloud_.lets_in = [](const wire::MqttConnect& connect) { return !connect.password; };
  const Result<RedeemedLifeReport> done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_TRUE(done->sent);
  EXPECT_EQ(request_.find("SharedAccessSignature"), std::string::npos);
}

TEST_F(RedeemedLife, ARefusalAtTheServiceOrTheHubIsOne) {
  cloud_.lets_in = [](const wire::MqttConnect&) { return false; };
  Result<RedeemedLifeReport> done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kUnauthenticated);
  EXPECT_EQ(done.error().mend, "berth trail explain sn-1");
  EXPECT_THAT(done.error().what, HasSubstr("the hub hub.localhost refused the device sn-1"));
  cloud_.provision = [](const std::string&) {
    return http(401, R"({"errorCode":401002,"message":"Invalid certificate."})");
  };
  done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kUnauthenticated);
}

TEST_F(RedeemedLife, RefusesWhatCannotBeADevice) {
  device_.key = Secret::from_text("not base64");
  EXPECT_EQ(run().error().kind, ErrorKind::kInvalid);
  device_.key = Secret();
  device_.certificate_pem = "none";
  EXPECT_EQ(run().error().kind, ErrorKind::kInvalid);
  device_.service.host.clear();
  EXPECT_EQ(run().error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(cloud_.connections(), 0);
}

}  // namespace
}  // namespace berth::device
