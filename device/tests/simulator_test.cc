#include "berth/device/simulator.h"

#include "base/codec.h"
#include "berth/device/connection_string.h"
#include "device/tests/fake_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace berth::device {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeHub;
using ::testing::HasSubstr;
using testing::http;
using ::testing::StartsWith;

constexpr std::string_view kPrimary = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
constexpr std::string_view kSecondary = "ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8=";
constexpr const char* kAssigning = R"({"operationId":"4.op","status":"assigning"})";
constexpr const char* kAssigned =
    R"({"operationId":"4.op","status":"assigned","registrationState":)"
    R"({"assignedHub":"hub.localhost","deviceId":"pump-1","status":"assigned"}})";

struct Watcher final : SimulationObserver {
  std::vector<std::string> lines;
  std::vector<std::uint64_t> counts;
  std::string kept;
  std::string cannot_keep;
  std::function<void(std::string_view)> when_said = [](std::string_view) {};

  void say(std::string_view line) override {
    lines.emplace_back(line);
    when_said(line);
  }
  void progress(std::uint64_t acknowledged) override { counts.push_back(acknowledged); }
  Result<void> keep(const DeviceSettings& settings) override {
    kept = settings.hub + " " + settings.device_id;
    kept.append(" ").append(settings.primary.text()).append(" ").append(settings.secondary.text());
    if (!cannot_keep.empty()) return Fail(ErrorKind::kUnavailable, cannot_keep);
    return {};
  }
};

Secret key(std::string_view base64) { return *base::base64_decode_secret(base64); }
std::string text(std::string_view base64) {
  return "HostName=hub.localhost;DeviceId=pump-1;SharedAccessKey=" + std::string(base64);
}

// The signature that a token of this connection string holds, up to its expiry.
bool is_signed_with(const wire::MqttConnect& connect, std::string_view base64) {
  const std::string_view token = connect.password->text();
  const std::size_t at = token.find("&se=") + 4;
  const auto expires = base::from_unix_seconds(std::stoll(std::string(token.substr(at))));
  return hub_token(*parse_connection_string(text(base64)), expires).text() == token;
}

class Simulated : public ::testing::Test {
 protected:
  Simulated() {
    options_.secrets.host = "localhost";
    options_.secrets.port = cloud_.port();
    options_.secrets.id_scope = "0ne00ABCDEF";
    options_.secrets.registration_id = "pump-1";
    options_.secrets.primary_key = key(kPrimary);
    options_.secrets.secondary_key = key(kSecondary);
    options_.mqtt_port = cloud_.port();
    options_.ca = cloud_.ca();
    options_.messages = 2;
    options_.interval = std::chrono::milliseconds(0);
    options_.timeout = std::chrono::milliseconds(5'000);
    options_.poll_delay = std::chrono::milliseconds(0);
    cloud_.provision = [](const std::string& request) {
      return request.starts_with("PUT") ? http(202, kAssigning) : http(200, kAssigned);
    };
  }
  void has_settings() {
    options_.settings.emplace();
    options_.settings->hub = "hub.localhost";
    options_.settings->device_id = "pump-1";
    options_.settings->primary = Secret::from_text(text(kPrimary));
    options_.settings->secondary = Secret::from_text(text(kSecondary));
  }
  Result<SimulationReport> run() { return simulate_device(options_, watcher_, clock_); }

  base::SystemClock clock_;
  FakeHub cloud_;
  SimulationOptions options_;
  Watcher watcher_;
};

TEST_F(Simulated, ANewDeviceProvisionsConnectsReportsAndSends) {
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->acknowledged, 2U);
  EXPECT_FALSE(done->interrupted);
  EXPECT_THAT(
      watcher_.lines,
      ElementsAre("provisioning pump-1 at localhost with its primary key",
                  "assigned to hub hub.localhost as device pump-1 (primary key)",
                  "connected to hub.localhost with the primary connection string",
                  R"(desired twin: {"interval":5,"$version":4})", "reported its state, version 8"));
  EXPECT_THAT(watcher_.counts, ElementsAre(1U, 2U));
  EXPECT_EQ(watcher_.kept, "hub.localhost pump-1 " + text(kPrimary) + " " + text(kSecondary));
  EXPECT_THAT(cloud_.seen(), Contains(HasSubstr("%24.ct=application%2Fjson")).Times(2));
  EXPECT_EQ(cloud_.seen().back(), "DISCONNECT");
}

TEST_F(Simulated, ADeviceThatWasProvisionedConnectsAtOnce) {
  has_settings();
  cloud_.provision = nullptr;
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(watcher_.kept, "");
  EXPECT_EQ(cloud_.connections(), 1);
}

TEST_F(Simulated, ARefusedPrimaryKeyIsFollowedByTheSecondary) {
  int refusals = 0;
  cloud_.provision = [&](const std::string& request) {
    if (request.starts_with("PUT") && refusals++ == 0) {
      return http(401, R"({"errorCode":401002,"message":"CredentialsUnauthorized"})");
    }
    return request.starts_with("PUT") ? http(202, kAssigning) : http(200, kAssigned);
  };
  cloud_.lets_in = [](const wire::MqttConnect& packet) {
    return is_signed_with(packet, kSecondary);
  };
  ASSERT_TRUE(run());
  EXPECT_THAT(watcher_.lines, Contains("the primary key was refused: CredentialsUnauthorized"));
  EXPECT_THAT(watcher_.lines,
              Contains("assigned to hub hub.localhost as device pump-1 (secondary key)"));
  EXPECT_THAT(watcher_.lines, Contains(StartsWith("the primary connection string was refused: ")));
  EXPECT_THAT(watcher_.lines,
              Contains("connected to hub.localhost with the secondary connection string"));
}

TEST_F(Simulated, WithOnlyItsPrimaryKeyARefusalIsTheEndAndSaysWhereToLook) {
  options_.keys = {DeviceKey::kPrimary};
  cloud_.provision = [](const std::string&) { return http(401, R"({"message":"no"})"); };
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kUnauthenticated);
  EXPECT_THAT(done.error().what, HasSubstr("refused to register pump-1: no"));
  EXPECT_EQ(done.error().mend, "berth trail explain pump-1");
}

TEST_F(Simulated, WithBothConnectionStringsRefusedItEnds) {
  has_settings();
  cloud_.lets_in = [](const wire::MqttConnect&) { return false; };
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kUnauthenticated);
  EXPECT_EQ(done.error().what,
            "the hub hub.localhost did not accept this key for device pump-1, "
            "or does not let the device in");
  EXPECT_EQ(done.error().mend, "berth trail explain pump-1");
  EXPECT_EQ(cloud_.connections(), 2);
}

TEST_F(Simulated, AnotherTroubleThanARefusalTriesNoOtherKey) {
  cloud_.provision = [](const std::string&) { return http(500, R"({"message":"broken"})"); };
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(cloud_.connections(), 1);
}

TEST_F(Simulated, ADesiredChangeAMethodAndAMessageAreToldAndAnswered) {
  cloud_.after_message =
      FakeHub::published("$iothub/twin/PATCH/properties/desired/?$version=5", R"({"i":9})") +
      FakeHub::published("$iothub/methods/POST/reboot/?$rid=1", R"({"delay":1})") +
      FakeHub::published("devices/pump-1/messages/devicebound/a=b", "hello", 1);
  has_settings();
  ASSERT_TRUE(run());
  EXPECT_THAT(watcher_.lines, Contains(R"(desired change, version 5: {"i":9})"));
  EXPECT_THAT(watcher_.lines, Contains(R"(method reboot called with {"delay":1}; answered 200)"));
  EXPECT_THAT(watcher_.lines, Contains("message from the cloud: hello [a=b]"));
  EXPECT_THAT(cloud_.seen(), Contains(R"(PUBLISH $iothub/methods/res/200/?$rid=1 )"
                                      R"({"method":"reboot","echo":{"delay":1}})"));
  EXPECT_THAT(cloud_.seen(), Contains(HasSubstr(R"({"simulator":{"desiredVersion":5}})")));
  EXPECT_THAT(cloud_.seen(), Contains("PUBACK"));
}

TEST_F(Simulated, ALostConnectionIsMadeAgain) {
  has_settings();
  int messages = 0;
  cloud_.answer = [&](const mqtt::MqttPacket& packet) -> std::string {
    const auto* publish = std::get_if<wire::MqttPublish>(&packet);
    if (publish != nullptr && publish->qos == 1 && ++messages == 2) return "close";
    return cloud_.usual(packet);
  };
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->acknowledged, 2U);
  EXPECT_EQ(cloud_.connections(), 2);
  EXPECT_THAT(watcher_.lines, Contains(StartsWith("the connection was lost: ")));
}

TEST_F(Simulated, ARefusalAfterALossIsTheEnd) {
  has_settings();
  int connects = 0;
  cloud_.lets_in = [&](const wire::MqttConnect&) { return connects++ == 0; };
  cloud_.answer = [&](const mqtt::MqttPacket& packet) -> std::string {
    const auto* publish = std::get_if<wire::MqttPublish>(&packet);
    if (publish != nullptr && publish->qos == 1) return "close";
    return cloud_.usual(packet);
  };
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kUnauthenticated);
}

TEST_F(Simulated, TheTokenIsRenewedBeforeItExpires) {
  has_settings();
  options_.token_lifetime = std::chrono::seconds(0);
  options_.messages = 0;
  int connects = 0;
  cloud_.lets_in = [&](const wire::MqttConnect&) {
    if (++connects == 3) std::raise(SIGTERM);
    return true;
  };
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_TRUE(done->interrupted);
  EXPECT_GE(cloud_.connections(), 3);
}

TEST_F(Simulated, CtrlCEndsItInGoodOrder) {
  has_settings();
  options_.messages = 0;
  options_.interval = std::chrono::hours(1);
  watcher_.when_said = [](std::string_view line) {
    if (line.starts_with("reported")) std::raise(SIGINT);
  };
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_TRUE(done->interrupted);
  EXPECT_EQ(cloud_.seen().back(), "DISCONNECT");
}

TEST_F(Simulated, SettingsThatCannotBeKeptEndIt) {
  watcher_.cannot_keep = "the disk is full";
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().what, "the disk is full");
}

TEST_F(Simulated, WhatCannotBeReachedIsSaidToBeSo) {
  options_.https_port = 1;
  const auto done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(done.error().what, HasSubstr("provisioning at localhost:1 failed"));
  has_settings();
  options_.mqtt_port = 1;
  const auto hub = run();
  ASSERT_FALSE(hub);
  EXPECT_THAT(hub.error().what, HasSubstr("the hub cannot be reached: hub.localhost:1"));
  options_.address = "nonsense";
  EXPECT_EQ(run().error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace berth::device
