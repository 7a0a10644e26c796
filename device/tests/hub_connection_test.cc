#include "berth/device/hub_connection.h"

#include "device/tests/fake_hub.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::device {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using testing::FakeHub;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

struct Heard final : HubListener {
  std::vector<std::string> lines;
  std::string closed;

  void on_desired(std::uint64_t version, const std::string& patch) override {
    lines.push_back("desired " + std::to_string(version) + " " + patch);
  }
  MethodAnswer on_method(const std::string& name, const std::string& payload) override {
    lines.push_back("method " + name + " " + payload);
    return {201, "{\"ok\":true}"};
  }
  void on_message(const CloudMessage& message) override {
    std::string line = "message " + message.body;
    for (const auto& [key, value] : message.properties) line += " " + key + "=" + value;
    lines.push_back(line);
  }
  void on_closed(const HubError& error) override { closed = error.what; }
};

class Hub : public ::testing::Test {
 protected:
  void SetUp() override {
    tls_.emplace(*TlsContext::trusting(server_.ca()));
    options_.port = server_.port();
    options_.timeout = milliseconds(5'000);
    connection_.emplace(context_.get_executor(), *tls_, clock_, heard_);
  }
  void TearDown() override { connection_.reset(); }

  // Until nothing is left to do.
  void run(Task<void> task) {
    asio::co_spawn(context_, std::move(task), asio::detached);
    context_.restart();
    context_.run();
  }

  base::SystemClock clock_;
  asio::io_context context_{1};
  FakeHub server_;
  Heard heard_;
  std::optional<TlsContext> tls_;
  HubOptions options_;
  ConnectionString to_ = *parse_connection_string(
      "HostName=hub.localhost;DeviceId=d-1;SharedAccessKey=" + std::string(kKey));
  std::optional<HubConnection> connection_;
  Result<bool, HubError> connected_ = false;
  Result<void, HubError> done_;
  Result<std::string, HubError> twin_;
  Result<std::uint64_t, HubError> version_ = 0;

 public:
  Task<void> connect_only(bool leave) {
    connected_ = co_await connection_->connect(to_, options_);
    if (leave) co_await connection_->disconnect();
  }
  Task<void> connect_and_send(Telemetry telemetry) {
    connected_ = co_await connection_->connect(to_, options_);
    if (connected_) done_ = co_await connection_->send(std::move(telemetry));
    co_await connection_->disconnect();
  }
  Task<void> connect_and_twin() {
    connected_ = co_await connection_->connect(to_, options_);
    twin_ = co_await connection_->twin();
    version_ = co_await connection_->report("{\"a\":1}");
    co_await connection_->disconnect();
  }
  Task<void> connect_and_listen(bool leave) {
    connected_ = co_await connection_->connect(to_, options_);
    std::vector<Channel> channels{Channel::kDesired, Channel::kMethods, Channel::kMessages};
    done_ = co_await connection_->subscribe(std::move(channels));
    if (leave) co_await connection_->disconnect();
  }
};

TEST_F(Hub, ConnectsWithATokenAndLeavesInGoodOrder) {
  std::string password;
  server_.lets_in = [&](const wire::MqttConnect& connect) {
    password = connect.password->text();
    EXPECT_FALSE(connect.clean_session);
    EXPECT_EQ(connect.keep_alive_seconds, 60);
    return true;
  };
  run(connect_only(true));
  ASSERT_TRUE(connected_) << connected_.error().what;
  EXPECT_FALSE(*connected_);
  EXPECT_THAT(password, StartsWith("SharedAccessSignature sr=hub.localhost%2Fdevices%2Fd-1&sig="));
  EXPECT_THAT(server_.seen(),
              ElementsAre(StartsWith("CONNECT d-1 hub.localhost/d-1/?api-version"), "DISCONNECT"));
  EXPECT_EQ(heard_.closed, "");
}

TEST_F(Hub, ARefusedKeyIsSaidToBeRefused) {
  server_.lets_in = [](const wire::MqttConnect&) { return false; };
  run(connect_only(false));
  ASSERT_FALSE(connected_);
  EXPECT_EQ(connected_.error().trouble, Trouble::kRefused);
  EXPECT_EQ(connected_.error().status, 5);
  EXPECT_EQ(connected_.error().what,
            "the hub hub.localhost did not accept this key for device d-1, or does not let the "
            "device in");
  EXPECT_FALSE(connection_->is_open());
}

TEST_F(Hub, AHubThatSaysNothingIsGivenUp) {
  server_.answer = [](const mqtt::MqttPacket&) { return ""; };
  options_.timeout = milliseconds(100);
  run(connect_only(false));
  ASSERT_FALSE(connected_);
  EXPECT_EQ(connected_.error().trouble, Trouble::kTimeout);
}

TEST_F(Hub, AHubThatHangsUpIsSaidToHaveHungUp) {
  server_.answer = [](const mqtt::MqttPacket&) { return "close"; };
  run(connect_only(false));
  ASSERT_FALSE(connected_);
  EXPECT_EQ(connected_.error().trouble, Trouble::kClosed);
}

TEST_F(Hub, WhatIsNoMqttEndsTheConnection) {
  server_.answer = [](const mqtt::MqttPacket&) { return "HTTP/1.1 400 Bad Request\r\n\r\n"; };
  run(connect_only(false));
  ASSERT_FALSE(connected_);
  EXPECT_EQ(connected_.error().trouble, Trouble::kProtocol);
  EXPECT_THAT(connected_.error().what, HasSubstr("is not MQTT"));
}

TEST_F(Hub, AnotherCertificateIsNotTrusted) {
  to_.host = "other.localhost";
  run(connect_only(false));
  ASSERT_FALSE(connected_);
  EXPECT_EQ(connected_.error().trouble, Trouble::kTls);
  EXPECT_THAT(connected_.error().what, HasSubstr("hostname mismatch"));
}

TEST_F(Hub, AnAddressMayBeGivenForAHostThatDoesNotResolve) {
  options_.address = asio::ip::address_v4::loopback();
  run(connect_only(true));
  EXPECT_TRUE(connected_);
  to_.host = "no-such-host.invalid";
  connection_.emplace(context_.get_executor(), *tls_, clock_, heard_);
  run(connect_only(false));
  ASSERT_FALSE(connected_);
  EXPECT_EQ(connected_.error().trouble, Trouble::kTls) << "reached, but its certificate is another";
}

TEST_F(Hub, TelemetryIsSentOnceItIsAcknowledged) {
  run(connect_and_send({"{\"t\":21}", {{"$.mid", "7"}}}));
  EXPECT_TRUE(done_) << done_.error().what;
  EXPECT_EQ(server_.seen()[1], "PUBLISH devices/d-1/messages/events/%24.mid=7 {\"t\":21}");
}

TEST_F(Hub, TelemetryThatIsNotAcknowledgedHasFailed) {
  server_.answer = [this](const mqtt::MqttPacket& packet) {
    return std::holds_alternative<wire::MqttPublish>(packet) ? "" : server_.usual(packet);
  };
  options_.timeout = milliseconds(200);
  run(connect_and_send({"x", {}}));
  ASSERT_FALSE(done_);
  EXPECT_EQ(done_.error().trouble, Trouble::kTimeout);
}

TEST_F(Hub, ALossInTheMiddleFailsWhatWasUnderWay) {
  server_.answer = [this](const mqtt::MqttPacket& packet) {
    return std::holds_alternative<wire::MqttPublish>(packet) ? "close" : server_.usual(packet);
  };
  run(connect_and_send({"x", {}}));
  ASSERT_FALSE(done_);
  EXPECT_EQ(done_.error().trouble, Trouble::kClosed);
  EXPECT_NE(heard_.closed, "");
}

TEST_F(Hub, TheTwinIsReadAndReported) {
  run(connect_and_twin());
  ASSERT_TRUE(twin_) << twin_.error().what;
  EXPECT_EQ(*twin_, server_.twin);
  ASSERT_TRUE(version_);
  EXPECT_EQ(*version_, 8U);
  const auto seen = server_.seen();
  ASSERT_EQ(seen.size(), 5U);
  EXPECT_EQ(seen[1], "SUBSCRIBE $iothub/twin/res/#") << "once, for both";
  EXPECT_EQ(seen[2], "PUBLISH $iothub/twin/GET/?$rid=1 ");
  EXPECT_EQ(seen[3], "PUBLISH $iothub/twin/PATCH/properties/reported/?$rid=2 {\"a\":1}");
}

TEST_F(Hub, ARefusedTwinRequestCarriesTheHubsWords) {
  server_.answer = [this](const mqtt::MqttPacket& packet) {
    const auto* publish = std::get_if<wire::MqttPublish>(&packet);
    if (publish == nullptr) return server_.usual(packet);
    const std::string request = publish->topic.substr(publish->topic.find("$rid="));
    return FakeHub::published("$iothub/twin/res/400/?" + request,
                              R"({"errorCode":400004,"message":"too deep"})");
  };
  run(connect_and_twin());
  ASSERT_FALSE(twin_);
  EXPECT_EQ(twin_.error().trouble, Trouble::kRefused);
  EXPECT_EQ(twin_.error().status, 400);
  EXPECT_EQ(twin_.error().what, "too deep");
}

TEST_F(Hub, ARefusedSubscriptionIsNamed) {
  server_.answer = [this](const mqtt::MqttPacket& packet) {
    const auto* subscribe = std::get_if<wire::MqttSubscribe>(&packet);
    if (subscribe == nullptr) return server_.usual(packet);
    std::string out;
    mqtt::encode_mqtt(wire::MqttSuback{subscribe->packet_id, {0, 0x80, 1}}, out);
    return out;
  };
  run(connect_and_listen(true));
  ASSERT_FALSE(done_);
  EXPECT_EQ(done_.error().what, "the server refused the subscription $iothub/methods/POST/#");
}

TEST_F(Hub, WhatTheHubSaysIsHeardAndAnswered) {
  server_.answer = [this](const mqtt::MqttPacket& packet) -> std::string {
    if (std::holds_alternative<mqtt::MqttPubackIn>(packet)) return "close";
    std::string out = server_.usual(packet);
    if (std::holds_alternative<wire::MqttSubscribe>(packet)) {
      out += FakeHub::published("$iothub/twin/PATCH/properties/desired/?$version=5", "{\"i\":9}");
      out += FakeHub::published("$iothub/methods/POST/reboot/?$rid=1f", "{\"delay\":1}");
      out += FakeHub::published("some/other/topic", "nobody asked");
      out += FakeHub::published("devices/d-1/messages/devicebound/a=b%20c", "hello", 1);
    }
    return out;
  };
  run(connect_and_listen(false));
  EXPECT_TRUE(done_);
  EXPECT_THAT(heard_.lines, ElementsAre("desired 5 {\"i\":9}", "method reboot {\"delay\":1}",
                                        "message hello a=b c"));
  EXPECT_THAT(server_.seen(),
              ElementsAre(StartsWith("CONNECT"),
                          "SUBSCRIBE $iothub/twin/PATCH/properties/desired/# "
                          "$iothub/methods/POST/# devices/d-1/messages/devicebound/#",
                          "PUBLISH $iothub/methods/res/201/?$rid=1f {\"ok\":true}", "PUBACK"));
  EXPECT_NE(heard_.closed, "");
  EXPECT_FALSE(connection_->is_open());
}

TEST_F(Hub, AQuietConnectionIsKeptAliveAndADeadOneIsNoticed) {
  int pings = 0;
  server_.answer = [&](const mqtt::MqttPacket& packet) -> std::string {
    if (!std::holds_alternative<mqtt::MqttPingreq>(packet)) return server_.usual(packet);
    return ++pings < 2 ? server_.usual(packet) : "";
  };
  options_.keep_alive = std::chrono::seconds(1);
  options_.timeout = milliseconds(200);
  run(connect_only(false));
  EXPECT_EQ(pings, 2);
  EXPECT_EQ(heard_.closed, "the server no longer answers");
}

TEST_F(Hub, TheConnectionMayBeGivenUpWhileSomethingWaits) {
  server_.answer = [this](const mqtt::MqttPacket& packet) {
    return std::holds_alternative<wire::MqttPublish>(packet) ? "" : server_.usual(packet);
  };
  boost::asio::steady_timer soon(context_, milliseconds(50));
  soon.async_wait([this](const boost::system::error_code&) { connection_->close(); });
  run(connect_and_twin());
  ASSERT_FALSE(twin_);
  EXPECT_EQ(twin_.error().trouble, Trouble::kClosed);
  EXPECT_EQ(heard_.closed, "") << "nobody is told of what they did themselves";
}

}  // namespace
}  // namespace berth::device
