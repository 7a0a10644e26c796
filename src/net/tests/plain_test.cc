#include "net/tests/harness.h"
#include "net/tests/mqtt_client.h"

namespace berth::net::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const std::string kRegister =
    "POST /register HTTP/1.1\r\nHost: gateway.example.com\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 2\r\n\r\n{}";
const ClientOptions kPlain{.tls = false};
// What the smallest of clients has room for, status line and headers together.
constexpr std::size_t kHeadMax = 512;

enum class After { kStays, kCloses };

FakeHandler::Answer answering(std::string body, After after) {
  return [body, after](const wire::Peer&, const wire::Request&) {
    wire::HttpResponse response;
    response.headers = {{"X-Content-Length-Hint", "7"},
                        {"Content-Type", "application/json; charset=utf-8"},
                        {"content-length", "9999"},
                        {"Transfer-Encoding", "chunked"}};
    response.body = body;
    wire::Actions actions;
    actions.push_back(std::move(response));
    if (after == After::kCloses) actions.push_back(wire::Close{"answered"});
    return actions;
  };
}

// Small devices read an answer with a few string searches; these are what those look for.
void expect_readable_by_small_clients(const std::string& all, const std::string& body) {
  const std::string length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
  const std::size_t end = all.find("\r\n\r\n");
  ASSERT_NE(end, std::string::npos);
  EXPECT_EQ(all.find("HTTP/1.1 200 OK\r\n"), 0U);
  EXPECT_LT(end + 4, kHeadMax);
  EXPECT_EQ(all.substr(all.find("Content-Length"), length.size()), length);
  EXPECT_EQ(all.find("content-length"), std::string::npos);
  EXPECT_EQ(all.find("Transfer-Encoding"), std::string::npos);
  EXPECT_EQ(all.substr(end + 4), body);
}

TEST(Plain, AnHttpAnswerWithACloseEndsTheConnectionAtOnce) {
  TestServer server({.tls = false});
  server.handler.answer = answering(R"({"code":0})", After::kCloses);
  Client client(server.port(), kPlain);
  ASSERT_TRUE(client.send(kRegister));
  const std::string all = client.receive_all();  // no time passes on the server's clock
  expect_readable_by_small_clients(all, R"({"code":0})");
  EXPECT_NE(all.find("\r\nConnection: close\r\n"), std::string::npos);
  client.close();
  EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
  EXPECT_EQ(server.handler.peers().at(0).transport, wire::Transport::kHttp);
  EXPECT_EQ(server.handler.peers().at(0).tls_version, "");
}

TEST(Plain, AnAnswerWithoutACloseLeavesTheConnectionOpenForSeconds) {
  for (const bool tls : {false, true}) {
    TestServer server({.tls = tls});
    server.handler.answer = answering(R"({"code":0})", After::kStays);
    Client client(server.port(), {.tls = tls});
    const HttpReply reply = client.roundtrip(kRegister);
    expect_readable_by_small_clients(reply.head + reply.body, R"({"code":0})");
    EXPECT_TRUE(reply.has("\r\nConnection: keep-alive\r\n"));
    for (int i = 0; i < 10; ++i) {
      server.clock.advance(seconds(1));
      EXPECT_FALSE(client.closed_within(2 * TimerWheel::kTick)) << i;
    }
    EXPECT_EQ(client.roundtrip(kRegister).status, 200);
  }
}

TEST(Plain, AnAnswerComesInOnePiece) {
  const std::string body(5'000, 'c');  // a certificate and its key
  for (const bool tls : {false, true}) {
    TestServer server({.tls = tls});
    server.handler.answer = answering(body, After::kStays);
    Client client(server.port(), {.tls = tls});
    ASSERT_TRUE(client.send(kRegister));
    const std::string first = client.receive();
    expect_readable_by_small_clients(first, body);
  }
}

TEST(Plain, AClientThatSpeaksTlsIsRefusedAndOthersAreServed) {
  for (const Protocol protocol : {Protocol::kHttp, Protocol::kMqtt}) {
    TestServer server({.protocol = protocol, .tls = false});
    const Client client(server.port(), {.tls = true});
    EXPECT_FALSE(client.connected());
    EXPECT_TRUE(eventually([&] { return server.refused(Refusal::kMalformed) == 1; }));
    EXPECT_TRUE(Client(server.port(), kPlain).connected());
  }
}

TEST(Plain, AnMqttSessionRunsFromConnectToDisconnect) {
  TestServer server({.protocol = Protocol::kMqtt, .tls = false});
  Client client(server.port(), kPlain);
  client.send(connect_packet("device-1"));
  EXPECT_EQ(receive_packet(client), kConnackAccepted);
  client.send(subscribe_packet(1, "product/device-1/data", 0));
  EXPECT_EQ(receive_packet(client), "9003000100");
  client.send(publish_packet("product/device-1/data", "x", 1, 5));
  EXPECT_EQ(receive_packet(client), "40020005");
  client.send(kDisconnect);
  EXPECT_EQ(client.receive(), "");
  const wire::Peer peer = server.handler.peers().at(0);
  EXPECT_EQ(peer.transport, wire::Transport::kMqttPlain);
  EXPECT_EQ(peer.listener, "test");
  EXPECT_EQ(peer.tls_version, "");
  EXPECT_EQ(peer.psk_identity, "");
  EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

}  // namespace
}  // namespace berth::net::testing
