// When MQTT sessions end by themselves, on the injected clock.
#include "net/tests/harness.h"
#include "net/tests/mqtt_client.h"
#include "net/timer_wheel.h"

namespace berth::net::testing {
namespace {

using std::chrono::milliseconds;

TestServer::Options mqtt(Limits limits = {}) {
  return {.protocol = Protocol::kMqtt, .limits = limits};
}

wire::Actions one(wire::Action action) {
  wire::Actions actions;
  actions.push_back(std::move(action));
  return actions;
}

// A client past its CONNACK.
Client connected(TestServer& server, std::uint16_t keep_alive_seconds = 0) {
  Client client(server.port());
  client.send(connect_packet("id", keep_alive_seconds));
  EXPECT_EQ(receive_packet(client), kConnackAccepted);
  return client;
}

TEST(Mqtt, MustConnectInTime) {
  TestServer server(mqtt());
  Client silent(server.port());
  EXPECT_GE(advance_until_closed(server.clock, silent, milliseconds(1000)), Limits{}.authenticate);
  Client slow(server.port());
  slow.send(connect_packet("id").substr(0, 10));
  EXPECT_GE(advance_until_closed(server.clock, slow, milliseconds(1000)), Limits{}.authenticate);
  EXPECT_EQ(server.refused(Refusal::kAuthenticateTimeout), 2U);
}

TEST(Mqtt, ASilentClientIsDroppedAfterOneAndAHalfKeepAlives) {
  TestServer server(mqtt());
  Client client = connected(server, 60);
  const auto waited = advance_until_closed(server.clock, client, milliseconds(5000));
  EXPECT_GE(waited, milliseconds(90'000));
  EXPECT_LE(waited, milliseconds(180'000));
  EXPECT_EQ(server.refused(Refusal::kKeepAlive), 1U);
}

TEST(Mqtt, PingKeepsASessionAlive) {
  TestServer server(mqtt());
  Client client = connected(server, 60);
  for (int i = 0; i < 5; ++i) {
    server.clock.advance(std::chrono::seconds(80));
    client.send(kPingreq);
    EXPECT_EQ(receive_packet(client), kPingresp);
  }
}

TEST(Mqtt, KeepAliveZeroIsNeverDropped) {
  TestServer server(mqtt());
  Client client = connected(server, 0);
  for (int i = 0; i < 5; ++i) {
    server.clock.advance(std::chrono::hours(100));
    EXPECT_FALSE(client.closed_within(2 * TimerWheel::kTick));
  }
  client.send(kPingreq);
  EXPECT_EQ(receive_packet(client), kPingresp);
}

TEST(Mqtt, ASessionWithALifetimeEndsThenWhateverItDoes) {
  TestServer server(mqtt());
  server.handler.answer = [](const wire::Peer&, const wire::Request& request) {
    if (!std::holds_alternative<wire::MqttConnect>(request)) {
      return FakeHandler::usual_answer(request);
    }
    return one(wire::MqttConnack{.lifetime_seconds_max = 30});
  };
  Client busy = connected(server, 60);
  Client silent = connected(server, 0);
  for (int i = 0; i < 29; ++i) {
    server.clock.advance(std::chrono::seconds(1));
    busy.send(kPingreq);
    ASSERT_EQ(receive_packet(busy), kPingresp);
  }
  EXPECT_FALSE(silent.closed_within(2 * TimerWheel::kTick));
  server.clock.advance(std::chrono::seconds(1) + TimerWheel::kTick);
  EXPECT_EQ(busy.receive(), "");
  EXPECT_EQ(silent.receive(), "");
  EXPECT_TRUE(eventually([&] { return server.handler.ended() == 2; }));
}

TEST(Mqtt, ALifetimeThatEndsDuringARequestEndsTheSessionAfterIt) {
  TestServer server(mqtt());
  server.handler.answer = [](const wire::Peer&, const wire::Request& request) {
    if (!std::holds_alternative<wire::MqttConnect>(request)) {
      return FakeHandler::usual_answer(request);
    }
    return one(wire::MqttConnack{.lifetime_seconds_max = 30});
  };
  server.handler.latch = std::make_shared<Latch>();
  server.handler.latched = [](const wire::Request& request) {
    return std::holds_alternative<wire::MqttSubscribe>(request);
  };
  Client client = connected(server);
  client.send(subscribe_packet(1, "a", 0));
  ASSERT_TRUE(eventually([&] { return server.handler.latch->waiting() == 1; }));
  server.clock.advance(std::chrono::seconds(31));
  EXPECT_FALSE(client.closed_within(2 * TimerWheel::kTick));
  server.handler.latch->open();
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_TRUE(eventually([&] { return server.handler.ended() == 1; }));
}

TEST(Mqtt, APacketThatNeverEndsIsCut) {
  TestServer server(mqtt());
  Client client = connected(server, 0);
  client.send(publish_packet("t", "0123456789").substr(0, 6));
  const auto waited = advance_until_closed(server.clock, client, milliseconds(2000));
  EXPECT_GE(waited, Limits{}.request);
  EXPECT_EQ(server.refused(Refusal::kRequestTimeout), 1U);
}

TEST(Mqtt, AnOverloadedCoreSaysServerUnavailable) {
  Limits limits;
  limits.in_flight_per_core = 1;
  TestServer server({.protocol = Protocol::kMqtt, .limits = limits, .cores = 1});
  server.handler.latch = std::make_shared<Latch>();
  Client first(server.port());
  first.send(connect_packet("1"));
  ASSERT_TRUE(eventually([&] { return server.handler.latch->waiting() == 1; }));
  Client second(server.port());
  second.send(connect_packet("2"));
  EXPECT_EQ(receive_packet(second), "20020003");
  EXPECT_EQ(second.receive(), "");
  server.handler.latch->open();
  EXPECT_EQ(receive_packet(first), kConnackAccepted);
}

TEST(Mqtt, AHandlerWithoutConnackCostsTheConnection) {
  TestServer server(mqtt());
  server.handler.answer = [](const wire::Peer&, const wire::Request&) { return wire::Actions{}; };
  Client client(server.port());
  client.send(connect_packet("id"));
  EXPECT_EQ(client.receive(), "");
}

TEST(Mqtt, DrainClosesIdleSessionsAfterWhatIsQueued) {
  TestServer server(mqtt());
  Client idle = connected(server);
  server.handler.latch = std::make_shared<Latch>();
  Client working(server.port());
  working.send(connect_packet("w"));
  ASSERT_TRUE(eventually([&] { return server.handler.latch->waiting() == 1; }));
  std::thread drainer([&] { EXPECT_TRUE(server.server.drain(std::chrono::seconds(20))); });
  EXPECT_EQ(idle.receive(), "");
  server.handler.latch->open();
  EXPECT_EQ(receive_packet(working), kConnackAccepted);
  EXPECT_EQ(working.receive(), "");
  working.close();
  drainer.join();
}

TEST(Mqtt, ServesPlainListeners) {
  TestServer server({.protocol = Protocol::kMqtt, .tls = false});
  Client client(server.port(), {.tls = false});
  client.send(connect_packet("id"));
  EXPECT_EQ(receive_packet(client), kConnackAccepted);
  EXPECT_EQ(server.handler.peers().at(0).transport, wire::Transport::kMqttPlain);
}

}  // namespace
}  // namespace berth::net::testing
