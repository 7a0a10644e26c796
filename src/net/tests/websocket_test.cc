#include "net/tests/harness.h"
#include "net/tests/mqtt_client.h"

namespace berth::net::testing {
namespace {

using std::chrono::milliseconds;

// RFC 6455 §1.3: the key of the example and the answer to it.
constexpr const char* kKey = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr const char* kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

std::string handshake(std::string_view path, std::string_view more) {
  return "GET " + std::string(path) +
         " HTTP/1.1\r\nHost: berth.example:443\r\nOrigin: https://berth.example:443\r\n"
         "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
         "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
         "Sec-WebSocket-Key: " +
         kKey + "\r\n" + std::string(more) + "\r\n";
}

enum Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10
};

// A masked client frame.
std::string frame(std::string_view payload, Opcode opcode = kBinary, bool last = true) {
  std::string out;
  out += static_cast<char>((last ? 0x80 : 0) | opcode);
  if (payload.size() < 126) {
    out += static_cast<char>(0x80 | payload.size());
  } else {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  }
  const std::string mask = "mask";
  out += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) {
    out += static_cast<char>(payload[i] ^ mask[i % 4]);
  }
  return out;
}

struct Frame {
  std::uint8_t opcode = 0xff;
  std::string payload;
};

Frame receive_frame(Client& client) {
  const std::string head = client.receive_exactly(2);
  if (head.size() < 2) return {};
  EXPECT_EQ(head[1] & 0x80, 0) << "a server does not mask";
  EXPECT_EQ(head[0] & 0x70, 0) << "no extension was agreed";
  std::size_t size = head[1] & 0x7f;
  if (size == 126 || size == 127) {
    const std::string extended = client.receive_exactly(size == 126 ? 2 : 8);
    size = 0;
    for (const char c : extended) size = size << 8 | static_cast<std::uint8_t>(c);
  }
  return {static_cast<std::uint8_t>(head[0] & 0x0f), client.receive_exactly(size)};
}

// Strips frames, so that receive_packet() sees a byte stream.
class Unframed {
 public:
  explicit Unframed(Client& client) : client_(client) {}

  std::string receive_exactly(std::size_t count) {
    while (bytes_.size() < count) {
      const Frame next = receive_frame(client_);
      if (next.opcode != kBinary) break;
      bytes_ += next.payload;
    }
    const std::string taken = bytes_.substr(0, count);
    bytes_.erase(0, taken.size());
    return taken;
  }

 private:
  Client& client_;
  std::string bytes_;
};

TEST(WebSocket, UpgradesEachPathAndEchoesTheSubprotocolAsOffered) {
  TestServer server;
  for (const char* path : {"/$iothub/websocket", "/", "/mqtt"}) {
    for (const char* subprotocol : {"mqtt", "MQTT"}) {
      Client client(server.port());
      const HttpReply reply = client.roundtrip(
          handshake(path, "Sec-Websocket-Protocol: " + std::string(subprotocol) + "\r\n"));
      EXPECT_EQ(reply.status, 101) << path;
      EXPECT_TRUE(reply.has("Sec-WebSocket-Protocol: " + std::string(subprotocol) + "\r\n"))
          << reply.head;
      EXPECT_TRUE(reply.has(std::string("Sec-WebSocket-Accept: ") + kAccept)) << reply.head;
      EXPECT_FALSE(reply.has("Sec-WebSocket-Extensions")) << "permessage-deflate is declined";
      EXPECT_FALSE(reply.has("Beast")) << reply.head;
      client.send(frame(connect_packet("id")));
      Unframed unframed(client);
      EXPECT_EQ(receive_packet(unframed), kConnackAccepted);
    }
  }
  EXPECT_EQ(server.handler.peers().size(), 6U);
  EXPECT_EQ(server.handler.peers().back().transport, wire::Transport::kMqttWebSocket);
  EXPECT_EQ(server.handler.peers().back().tls_version, "TLSv1.3");
}

TEST(WebSocket, PicksTheSubprotocolItSpeaksAmongSeveral) {
  TestServer server;
  Client client(server.port());
  const HttpReply reply = client.roundtrip(handshake(
      "/mqtt", "Sec-WebSocket-Protocol: amqp, MQTTv5\r\nSec-WebSocket-Protocol: x ,Mqtt\r\n"));
  EXPECT_EQ(reply.status, 101);
  EXPECT_TRUE(reply.has("Sec-WebSocket-Protocol: Mqtt\r\n")) << reply.head;
}

TEST(WebSocket, PacketsMayShareAFrameOrBeSplitOverFrames) {
  TestServer server;
  Client client(server.port());
  const std::string connect = connect_packet("id");
  // The first frame comes in one write with the handshake.
  client.send(handshake("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n") + frame(connect.substr(0, 5)));
  EXPECT_EQ(client.receive_http().status, 101);
  client.send(frame("", kBinary));
  client.send(frame(connect.substr(5, 1)) +
              frame(connect.substr(6) + publish_packet("a", "1", 1, 1)));
  client.send(frame(publish_packet("b", "2", 1, 2).substr(0, 3), kBinary, false) +
              frame("", kPing) +
              frame(publish_packet("b", "2", 1, 2).substr(3), kContinuation, true));
  std::string stream;
  bool pong = false;
  while (stream.size() < 12) {
    const Frame next = receive_frame(client);
    ASSERT_NE(next.opcode, 0xff);
    if (next.opcode == kPong) {
      pong = true;
    } else {
      stream += next.payload;
    }
  }
  EXPECT_EQ(base::hex_encode(base::as_bytes(stream)),
            "20020000"
            "40020001"
            "40020002");
  EXPECT_TRUE(pong);
}

TEST(WebSocket, ATextFrameEndsTheConnection) {
  TestServer server;
  Client client(server.port());
  client.roundtrip(handshake("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n"));
  client.send(frame(connect_packet("id"), kText));
  const Frame goodbye = receive_frame(client);
  EXPECT_EQ(goodbye.opcode, kClose);
  EXPECT_EQ(goodbye.payload, std::string("\x03\xeb", 2));  // 1003, RFC 6455 §7.4.1
  client.send(frame(goodbye.payload, kClose));
  EXPECT_EQ(client.receive(), "");
  EXPECT_TRUE(server.handler.seen().empty());
}

TEST(WebSocket, ClosesInOrder) {
  TestServer server;
  Client client(server.port());
  client.roundtrip(handshake("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n"));
  client.send(frame(connect_packet("id")));
  EXPECT_EQ(receive_frame(client).payload.size(), 4U);
  client.send(frame(kDisconnect));
  EXPECT_EQ(receive_frame(client).opcode, kClose);
  client.send(frame(std::string("\x03\xe8", 2), kClose));
  EXPECT_EQ(client.receive(), "");
}

TEST(WebSocket, AnswersTheClientsClose) {
  TestServer server;
  Client client(server.port());
  client.roundtrip(handshake("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n"));
  client.send(frame(std::string("\x03\xe8", 2), kClose));
  EXPECT_EQ(receive_frame(client).opcode, kClose);
  EXPECT_EQ(client.receive(), "");
}

TEST(WebSocket, RefusesAConnectInItsFrames) {
  TestServer server;
  server.handler.answer = [](const wire::Peer&, const wire::Request&) {
    wire::Actions actions;
    actions.push_back(wire::MqttConnack{false, wire::MqttConnectCode::kNotAuthorized});
    return actions;
  };
  Client client(server.port());
  client.roundtrip(handshake("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n"));
  client.send(frame(connect_packet("id")));
  EXPECT_EQ(base::hex_encode(base::as_bytes(receive_frame(client).payload)), "20020005");
  EXPECT_EQ(receive_frame(client).opcode, kClose);
}

TEST(WebSocket, OtherRequestsOnTheSamePortAreHttp) {
  TestServer server;
  Client client(server.port());
  // A path of the table without an upgrade, and an upgrade on another path: the handler's business.
  EXPECT_EQ(client.roundtrip("GET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
  EXPECT_EQ(client.roundtrip(handshake("/other", "Sec-WebSocket-Protocol: mqtt\r\n")).status, 200);
  EXPECT_EQ(server.handler.seen(), (std::vector<std::string>{"GET /", "GET /other"}));
  EXPECT_EQ(client.roundtrip(handshake("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n")).status, 101);
}

TEST(WebSocket, RefusesAHandshakeThatIsNone) {
  TestServer server;
  Client other(server.port());
  EXPECT_EQ(other.roundtrip(handshake("/mqtt", "Sec-WebSocket-Protocol: amqp\r\n")).status, 400);
  Client none(server.port());
  EXPECT_EQ(none.roundtrip(handshake("/mqtt", "")).status, 400);
  Client keyless(server.port());
  const HttpReply reply = keyless.roundtrip(
      "GET /mqtt HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
      "Sec-WebSocket-Protocol: mqtt\r\n\r\n");
  EXPECT_GE(reply.status, 400);
  EXPECT_EQ(keyless.receive_all(), "");
}

TEST(WebSocket, SendsAMessageOverManyRecords) {
  TestServer server;
  Client client(server.port());
  client.roundtrip(handshake("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n"));
  client.send(frame(connect_packet("id")));
  Unframed unframed(client);
  EXPECT_EQ(receive_packet(unframed), kConnackAccepted);
  wire::Actions actions;
  actions.push_back(wire::MqttPublish{.topic = "t", .payload = std::string(500'000, 'p')});
  ASSERT_TRUE(server.handler.outbound()->post(std::move(actions)));
  EXPECT_EQ(receive_packet(unframed).size(), 2 * (1 + 3 + 3 + 500'000U));
}

TEST(WebSocket, MustConnectInTime) {
  TestServer server;
  Client client(server.port());
  client.roundtrip(handshake("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n"));
  EXPECT_GE(advance_until_closed(server.clock, client, milliseconds(1000)), Limits{}.authenticate);
  EXPECT_EQ(server.refused(Refusal::kAuthenticateTimeout), 1U);
}

TEST(WebSocket, DrainEndsIdleSessions) {
  TestServer server;
  Client client(server.port());
  client.roundtrip(handshake("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n"));
  client.send(frame(connect_packet("id")));
  EXPECT_EQ(receive_frame(client).payload.size(), 4U);
  EXPECT_TRUE(server.server.drain(std::chrono::seconds(20)));
  client.receive_all();
  EXPECT_EQ(server.open(), 0U);
}

}  // namespace
}  // namespace berth::net::testing
