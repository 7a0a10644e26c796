#include "base/clock.h"
#include "net/tests/harness.h"
#include "net/tests/mqtt_client.h"

#include <thread>

namespace berth::net::testing {
namespace {

using std::chrono::milliseconds;
using Names = std::vector<std::string>;

TestServer::Options mqtt(Limits limits = {}) {
  return {.protocol = Protocol::kMqtt, .limits = limits};
}

wire::Actions one(wire::Action action) {
  wire::Actions actions;
  actions.push_back(std::move(action));
  return actions;
}

wire::MqttPublish message(std::string topic, std::uint8_t qos, std::uint16_t tag = 0) {
  return {.topic = std::move(topic), .payload = "m", .qos = qos, .packet_id = tag};
}

// A client past its CONNACK.
Client connected(TestServer& server, std::uint16_t keep_alive_seconds = 0) {
  Client client(server.port());
  client.send(connect_packet("id", keep_alive_seconds));
  EXPECT_EQ(receive_packet(client), kConnackAccepted);
  return client;
}

TEST(Mqtt, ServesASessionFromConnectToDisconnect) {
  TestServer server(mqtt());
  Client client = connected(server);
  client.send(subscribe_packet(1, "$dps/registrations/res/#", 1));
  EXPECT_EQ(receive_packet(client), "9003000101");
  client.send(publish_packet("t/0", "x"));
  client.send(publish_packet("t/1", "x", 1, 5));
  EXPECT_EQ(receive_packet(client), "40020005");
  client.send(kPingreq);
  EXPECT_EQ(receive_packet(client), kPingresp);
  wire::MqttUnsubscribe unsubscribe;
  unsubscribe.packet_id = 2;
  unsubscribe.filters = {"a"};
  client.send(encoded(unsubscribe));
  EXPECT_EQ(receive_packet(client), "b0020002");
  client.send(kDisconnect);
  EXPECT_EQ(client.receive(), "");
  EXPECT_EQ(server.handler.seen(),
            (Names{"connect id", "subscribe $dps/registrations/res/#", "publish t/0 qos 0",
                   "publish t/1 qos 1", "unsubscribe a", "disconnect"}));
  EXPECT_EQ(server.handler.peers().at(0).transport, wire::Transport::kMqtt);
  EXPECT_TRUE(eventually([&] { return server.handler.ended() == 1 && server.open() == 0; }));
}

TEST(Mqtt, CarriesOutActionsInOrder) {
  TestServer server(mqtt());
  server.handler.answer = [](const wire::Peer&, const wire::Request& request) {
    wire::Actions actions = FakeHandler::usual_answer(request);
    if (std::holds_alternative<wire::MqttPublish>(request)) {
      actions.push_back(message("answer", 1));
    }
    return actions;
  };
  Client client = connected(server);
  client.send(publish_packet("q", "x", 1, 9));
  EXPECT_EQ(receive_packet(client), "40020009");  // azure-dps.md §2.3: PUBACK first
  EXPECT_EQ(receive_packet(client),
            "320b0006616e73776572"
            "0001"
            "6d");
}

TEST(Mqtt, ReadsPacketsSplitAnywhereAndManyAtOnce) {
  TestServer server(mqtt());
  Client client(server.port());
  for (const char c : connect_packet("id")) client.send(std::string(1, c));
  EXPECT_EQ(receive_packet(client), kConnackAccepted);
  client.send(publish_packet("a", "1", 1, 1) + publish_packet("b", "2", 1, 2) + kPingreq);
  EXPECT_EQ(receive_packet(client), "40020001");
  EXPECT_EQ(receive_packet(client), "40020002");
  EXPECT_EQ(receive_packet(client), kPingresp);
}

TEST(Mqtt, AcceptsPacketsSentBeforeTheConnack) {
  TestServer server(mqtt());
  Client client(server.port());
  client.send(connect_packet("id") + publish_packet("a", "1", 1, 1) + kDisconnect);
  EXPECT_EQ(receive_packet(client), kConnackAccepted);
  EXPECT_EQ(receive_packet(client), "40020001");
  EXPECT_EQ(client.receive(), "");
}

TEST(Mqtt, ARefusedConnectIsToldAndClosed) {
  TestServer server(mqtt());
  server.handler.answer = [](const wire::Peer&, const wire::Request&) {
    return one(wire::MqttConnack{true, wire::MqttConnectCode::kNotAuthorized});
  };
  Client client(server.port());
  client.send(connect_packet("id") + subscribe_packet(1, "a", 0) + publish_packet("b", "x"));
  EXPECT_EQ(receive_packet(client), "20020005");
  EXPECT_EQ(client.receive(), "");
  EXPECT_EQ(server.handler.seen(), Names{"connect id"});
}

struct First {
  std::string name;
  std::string sent;
  std::string answer;
};

TEST(Mqtt, RefusesAConnectionThatBeginsWrong) {
  const std::vector<First> table = {
      {"not MQTT", "GET / HTTP/1.1\r\n\r\n", ""},
      {"not CONNECT", publish_packet("a", "x"), ""},
      {"another level", std::string("\x10\x0d\0\4MQTT\5\2\0\0\0\1a", 15), "20020001"},
      {"old name, new level", std::string("\x10\x0f\0\6MQIsdp\4\2\0\0\0\1a", 17), "20020001"},
      {"new name, old level", std::string("\x10\x0d\0\4MQTT\3\2\0\0\0\1a", 15), "20020001"},
      {"no id, no clean session", std::string("\x10\x0c\0\4MQTT\4\0\0\0\0\0", 14), "20020002"},
      {"reserved flag", std::string("\x10\x0d\0\4MQTT\4\3\0\0\0\1a", 15), ""},
      {"a CONNECT without end", std::string("\x10\xff\xff\xff\x7f", 5), ""},
  };
  TestServer server(mqtt());
  for (const First& each : table) {
    Client client(server.port());
    client.send(each.sent);
    if (!each.answer.empty()) {
      EXPECT_EQ(receive_packet(client), each.answer) << each.name;
    }
    EXPECT_EQ(client.receive(), "") << each.name;
  }
  EXPECT_TRUE(server.handler.seen().empty());
  EXPECT_EQ(server.refused(Refusal::kMalformed), 7U);
  EXPECT_EQ(server.refused(Refusal::kPacketTooLarge), 1U);
}

TEST(Mqtt, ClosesASessionThatBreaksTheRules) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"second CONNECT", connect_packet("id")},
      {"subscribe without filters", std::string("\x82\x02\0\1", 4)},
      {"publish to a wildcard", std::string("\x30\x03\0\1#", 5)},
      {"PUBREC for nothing", std::string("\x50\x02\0\1", 4)},
      {"over the packet limit", std::string("\x30\xff\xff\x7f", 4)},
  };
  TestServer server(mqtt());
  for (const auto& [name, packet] : table) {
    Client client = connected(server);
    client.send(packet);
    EXPECT_EQ(client.receive(), "") << name;
  }
}

TEST(Mqtt, AStrayPubackIsOverlooked) {
  TestServer server(mqtt());
  Client client = connected(server);
  client.send(puback_packet(77) + kPingreq);
  EXPECT_EQ(receive_packet(client), kPingresp);
  EXPECT_EQ(server.handler.seen(), Names{"connect id"});
}

TEST(Mqtt, DeliversAQos2MessageOnce) {
  TestServer server(mqtt());
  Client client = connected(server);
  const std::string pubrel = encoded(mqtt::MqttPubrel{3});
  client.send(publish_packet("t", "x", 2, 3));
  EXPECT_EQ(receive_packet(client), "50020003");
  client.send(publish_packet("t", "x", 2, 3, true));
  EXPECT_EQ(receive_packet(client), "50020003");
  client.send(pubrel);
  EXPECT_EQ(receive_packet(client), "70020003");
  client.send(pubrel);
  EXPECT_EQ(receive_packet(client), "70020003");
  client.send(publish_packet("t", "y", 2, 3));
  EXPECT_EQ(receive_packet(client), "50020003");
  EXPECT_EQ(server.handler.seen(), (Names{"connect id", "publish t qos 2", "publish t qos 2"}));
}

TEST(Mqtt, BoundsUnreleasedQos2Messages) {
  Limits limits;
  limits.mqtt_incoming_qos2_count = 2;
  TestServer server(mqtt(limits));
  Client client = connected(server);
  for (std::uint16_t id = 1; id <= 3; ++id) client.send(publish_packet("t", "x", 2, id));
  EXPECT_EQ(receive_packet(client), "50020001");
  EXPECT_EQ(receive_packet(client), "50020002");
  EXPECT_EQ(client.receive(), "");
}

TEST(Mqtt, SendsWhatIsPostedFromAnotherThread) {
  TestServer server(mqtt());
  Client client = connected(server);
  ASSERT_TRUE(server.handler.outbound()->post(one(message("a", 0))));
  EXPECT_EQ(receive_packet(client),
            "3004000161"
            "6d");
  ASSERT_TRUE(server.handler.outbound()->post(one(message("b", 1, 42))));
  EXPECT_EQ(receive_packet(client),
            "32060001620001"
            "6d");
  client.send(puback_packet(1));
  EXPECT_TRUE(eventually([&] { return server.handler.seen().back() == "delivered 42"; }));
}

TEST(Mqtt, ManyThreadsMayPostWhileTheClientIsBusy) {
  constexpr int kThreads = 4;
  constexpr int kPosts = 50;
  Limits limits;
  limits.outgoing_queue_count = kThreads * kPosts;
  TestServer server(mqtt(limits));
  Client client = connected(server);
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&server] {
      for (int k = 0; k < kPosts; ++k) {
        EXPECT_TRUE(server.handler.outbound()->post(one(message("t", 0))));
      }
    });
  }
  for (int i = 0; i < 20; ++i) client.send(kPingreq);
  int pings = 0;
  int messages = 0;
  for (int i = 0; i < kThreads * kPosts + 20; ++i) {
    ++(receive_packet(client) == kPingresp ? pings : messages);
  }
  EXPECT_EQ(pings, 20);
  EXPECT_EQ(messages, kThreads * kPosts);
  for (std::thread& each : threads) each.join();
}

TEST(Mqtt, SendsNoMoreThanTheWindowUnacknowledged) {
  Limits limits;
  limits.mqtt_window_count = 2;
  TestServer server(mqtt(limits));
  Client client = connected(server);
  Outbound* outbound = server.handler.outbound();
  for (std::uint16_t tag = 1; tag <= 4; ++tag) {
    ASSERT_TRUE(outbound->post(one(message("t", tag == 4 ? 0 : 1, tag))));
  }
  EXPECT_EQ(receive_packet(client),
            "32060001740001"
            "6d");
  EXPECT_EQ(receive_packet(client),
            "32060001740002"
            "6d");
  client.send(kPingreq);
  EXPECT_EQ(receive_packet(client), kPingresp);  // the third waits, and the fourth behind it
  client.send(puback_packet(2));
  EXPECT_EQ(receive_packet(client),
            "32060001740003"
            "6d");
  EXPECT_EQ(receive_packet(client),
            "3004000174"
            "6d");
  client.send(puback_packet(1) + puback_packet(3));
  EXPECT_TRUE(eventually([&] { return server.handler.seen().size() == 4; }));
  EXPECT_EQ(server.handler.seen(),
            (Names{"connect id", "delivered 2", "delivered 1", "delivered 3"}));
}

TEST(Mqtt, DropsPostsBeyondTheQueueAndSaysSo) {
  Limits limits;
  limits.mqtt_window_count = 1;
  limits.outgoing_queue_count = 3;
  TestServer server(mqtt(limits));
  Client client = connected(server);
  Outbound* outbound = server.handler.outbound();
  ASSERT_TRUE(outbound->post(one(message("t", 1))));
  EXPECT_EQ(receive_packet(client),
            "32060001740001"
            "6d");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(outbound->post(one(message("t", 1))));
  EXPECT_FALSE(outbound->post(one(message("t", 1))));
  client.send(puback_packet(1));
  EXPECT_EQ(receive_packet(client),
            "32060001740002"
            "6d");
  EXPECT_TRUE(eventually([&] { return outbound->post(one(message("t", 1))); }));
}

TEST(Mqtt, AnAnswerBeyondTheQueueEndsTheSession) {
  Limits limits;
  limits.mqtt_window_count = 1;
  limits.outgoing_queue_count = 2;
  TestServer server(mqtt(limits));
  server.handler.answer = [](const wire::Peer&, const wire::Request& request) {
    if (!std::holds_alternative<wire::MqttPublish>(request)) {
      return FakeHandler::usual_answer(request);
    }
    return one(message("answer", 1));
  };
  Client client = connected(server);
  for (int i = 0; i < 4; ++i) client.send(publish_packet("q", "x"));
  EXPECT_EQ(receive_packet(client).substr(0, 2), "32");
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(server.refused(Refusal::kQueueFull), 1U);
}

TEST(Mqtt, APauseDelaysWhatFollowsItAndNothingBefore) {
  TestServer server(mqtt());
  server.handler.answer = [](const wire::Peer&, const wire::Request& request) {
    if (!std::holds_alternative<wire::MqttPublish>(request)) {
      return FakeHandler::usual_answer(request);
    }
    wire::Actions actions = one(message("a", 0));
    actions.push_back(wire::Pause{std::chrono::milliseconds(60)});
    actions.push_back(message("b", 0));
    return actions;
  };
  Client client = connected(server);
  const base::SystemClock clock;
  const Instant asked = clock.monotonic();
  client.send(publish_packet("q", "x"));
  EXPECT_EQ(receive_packet(client),
            "3004000161"
            "6d");
  EXPECT_EQ(receive_packet(client),
            "3004000162"
            "6d");
  EXPECT_GE(clock.monotonic() - asked, std::chrono::milliseconds(60));
}

TEST(Mqtt, WhatIsPostedDuringConnectFollowsTheConnack) {
  TestServer server(mqtt());
  server.handler.answer = [&](const wire::Peer&, const wire::Request& request) {
    if (std::holds_alternative<wire::MqttConnect>(request)) {
      EXPECT_TRUE(server.handler.outbound()->post(one(message("t", 0))));
    }
    return FakeHandler::usual_answer(request);
  };
  Client client = connected(server);
  EXPECT_EQ(receive_packet(client),
            "3004000174"
            "6d");
}

TEST(Mqtt, APostedCloseSendsWhatWasQueuedFirst) {
  TestServer server(mqtt());
  Client client = connected(server);
  wire::Actions actions = one(message("t", 0));
  actions.push_back(wire::Close{"test"});
  ASSERT_TRUE(server.handler.outbound()->post(std::move(actions)));
  EXPECT_EQ(receive_packet(client),
            "3004000174"
            "6d");
  EXPECT_EQ(client.receive(), "");
}

TEST(Mqtt, AMessageOverManyRecordsArrivesWhole) {
  TestServer server(mqtt());
  Client client = connected(server);
  wire::MqttPublish big = message("t", 0);
  big.payload = std::string(3'000'000, 'p');
  ASSERT_TRUE(server.handler.outbound()->post(one(big)));
  // Not read yet: the rest waits in the server while the session goes on.
  client.send(publish_packet("up", std::string(200'000, 'u'), 1, 4));
  const std::string packet = receive_packet(client);
  EXPECT_EQ(packet.size(), 2 * (1 + 4 + 3 + 3'000'000U));
  EXPECT_EQ(receive_packet(client), "40020004");
}

TEST(Mqtt, APeerThatTakesNothingIsCut) {
  TestServer server(mqtt());
  Client client = connected(server);
  wire::MqttPublish big = message("t", 0);
  big.payload = std::string(8'000'000, 'p');
  ASSERT_TRUE(server.handler.outbound()->post(one(big)));
  EXPECT_TRUE(eventually([&] {
    server.clock.advance(milliseconds(50));
    return server.open() == 0;
  }));
  EXPECT_EQ(server.refused(Refusal::kWriteStall), 1U);
}

TEST(Mqtt, FiltersReachTheHandlerAsTheyWereSent) {
  TestServer server(mqtt());
  Client client = connected(server);
  client.send(subscribe_packet(1, "mod-x/thing/a+b/c#d=", 0));
  EXPECT_EQ(receive_packet(client), "9003000100");
  wire::MqttUnsubscribe unsubscribe;
  unsubscribe.packet_id = 2;
  unsubscribe.filters = {"#/++"};
  client.send(encoded(std::move(unsubscribe)));
  EXPECT_EQ(receive_packet(client), "b0020002");
  EXPECT_EQ(server.handler.seen(),
            (Names{"connect id", "subscribe mod-x/thing/a+b/c#d=", "unsubscribe #/++"}));
}

}  // namespace
}  // namespace berth::net::testing
