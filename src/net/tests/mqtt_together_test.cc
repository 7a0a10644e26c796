// Messages that one read brought: handed on together, answered each in its place.
#include "net/tests/harness.h"
#include "net/tests/mqtt_client.h"

#include <fmt/format.h>

namespace berth::net::testing {
namespace {

using Names = std::vector<std::string>;

const TestServer::Options kMqtt{.protocol = Protocol::kMqtt};

wire::Actions one(wire::Action action) {
  wire::Actions actions;
  actions.push_back(std::move(action));
  return actions;
}

// A client past its CONNACK.
Client connected(TestServer& server) {
  Client client(server.port());
  client.send(connect_packet("id"));
  EXPECT_EQ(receive_packet(client), kConnackAccepted);
  return client;
}

// Of one write, so that one read brings them.
std::string publishes(std::uint16_t first, std::uint16_t last, std::uint8_t qos = 1) {
  std::string bytes;
  for (std::uint16_t id = first; id <= last; ++id) {
    bytes += publish_packet("t/" + std::to_string(id), "x", qos, qos == 0 ? std::uint16_t{0} : id);
  }
  return bytes;
}

TEST(MqttTogether, MessagesThatCameTogetherAreHandedOnTogetherAndAcknowledgedInOrder) {
  TestServer server(kMqtt);
  Client client = connected(server);
  client.send(publishes(1, 3) + publishes(0, 0, 0) + publishes(4, 4));
  for (const char* each : {"40020001", "40020002", "40020003", "40020004"}) {
    EXPECT_EQ(receive_packet(client), each);
  }
  EXPECT_EQ(server.handler.offered(), std::vector<std::size_t>{5});
  EXPECT_EQ(server.handler.seen(),
            (Names{"connect id", "publish t/1 qos 1", "publish t/2 qos 1", "publish t/3 qos 1",
                   "publish t/0 qos 0", "publish t/4 qos 1"}));
  EXPECT_EQ(server.server.counters().requests, 6U);
  EXPECT_EQ(server.server.counters().in_flight, 0U);
}

TEST(MqttTogether, OtherPacketsAndQos2KeepTheirPlaceAmongMessages) {
  TestServer server(kMqtt);
  Client client = connected(server);
  client.send(publishes(1, 2) + kPingreq + publishes(3, 4) + publish_packet("t/5", "x", 2, 5) +
              publishes(6, 6));
  for (const char* each :
       {"40020001", "40020002", "d000", "40020003", "40020004", "50020005", "40020006"}) {
    EXPECT_EQ(receive_packet(client), each);
  }
  EXPECT_EQ(server.handler.offered(), (std::vector<std::size_t>{2, 2, 1}));
}

TEST(MqttTogether, WhatTheHandlerLeavesIsOfferedAgainWhenTheRestWasAnswered) {
  TestServer server(kMqtt);
  server.handler.together_max = 2;
  Client client = connected(server);
  client.send(publishes(1, 5));
  for (const char* each : {"40020001", "40020002", "40020003", "40020004", "40020005"}) {
    EXPECT_EQ(receive_packet(client), each);
  }
  EXPECT_EQ(server.handler.offered(), (std::vector<std::size_t>{5, 3, 1}));
}

TEST(MqttTogether, ManyAreHandedOnSixtyFourAtATime) {
  TestServer server(kMqtt);
  Client client = connected(server);
  client.send(publishes(1, 150));
  for (int i = 1; i <= 150; ++i) EXPECT_EQ(receive_packet(client), fmt::format("4002{:04x}", i));
  EXPECT_EQ(server.handler.offered(), (std::vector<std::size_t>{64, 64, 22}));
}

TEST(MqttTogether, RecordsOfTlsThatCameTogetherAreReadTogether) {
  TestServer server(kMqtt);
  server.handler.latch = std::make_shared<Latch>();
  server.handler.latched = [](const wire::Request& request) {
    return std::holds_alternative<wire::MqttPublish>(request);
  };
  Client client = connected(server);
  client.send(publishes(1, 1));
  ASSERT_TRUE(eventually([&] { return server.handler.latch->waiting() == 1; }));
  for (std::uint16_t id = 2; id <= 4; ++id) client.send(publishes(id, id));
  client.close_sending();
  server.handler.latch->open();
  for (const char* each : {"40020001", "40020002", "40020003", "40020004"}) {
    EXPECT_EQ(receive_packet(client), each);
  }
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(server.handler.offered(), (std::vector<std::size_t>{1, 3}));
  EXPECT_TRUE(eventually([&] { return server.handler.ended() == 1; }));
}

TEST(MqttTogether, ACloseAmongMessagesLeavesThoseBeforeItAcknowledged) {
  TestServer server(kMqtt);
  server.handler.answer = [](const wire::Peer&, const wire::Request& request) {
    const auto* publish = std::get_if<wire::MqttPublish>(&request);
    if (publish != nullptr && publish->packet_id == 3) return one(wire::Close{"not this one"});
    return FakeHandler::usual_answer(request);
  };
  Client client = connected(server);
  client.send(publishes(1, 5));
  EXPECT_EQ(receive_packet(client), "40020001");
  EXPECT_EQ(receive_packet(client), "40020002");
  EXPECT_EQ(client.receive_all(), "");
}

TEST(MqttTogether, ABrokenPacketBehindMessagesLeavesThemAcknowledged) {
  TestServer server(kMqtt);
  Client client = connected(server);
  client.send(publishes(1, 2) + std::string("\x32\x01\x00", 3) + publishes(3, 3));
  EXPECT_EQ(receive_packet(client), "40020001");
  EXPECT_EQ(receive_packet(client), "40020002");
  EXPECT_EQ(client.receive_all(), "");
  EXPECT_EQ(server.refused(Refusal::kMalformed), 1U);
}

TEST(MqttTogether, AMessageThatIsNotWholeYetWaitsForItsRest) {
  TestServer server(kMqtt);
  Client client = connected(server);
  const std::string third = publishes(3, 3);
  client.send(publishes(1, 2) + third.substr(0, 5));
  EXPECT_EQ(receive_packet(client), "40020001");
  EXPECT_EQ(receive_packet(client), "40020002");
  client.send(third.substr(5));
  EXPECT_EQ(receive_packet(client), "40020003");
  EXPECT_EQ(server.handler.offered(), (std::vector<std::size_t>{2, 1}));
}

}  // namespace
}  // namespace berth::net::testing
