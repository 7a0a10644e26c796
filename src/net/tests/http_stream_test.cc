// Answers without an end: chunks as they are posted, and every way in which such an answer ends.
#include "net/http_codec.h"
#include "net/tests/harness.h"

#include <boost/asio/post.hpp>

#include <future>
#include <utility>

namespace berth::net::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::string_view kFollow = "GET /follow HTTP/1.1\r\nHost: a.example\r\n\r\n";

wire::Actions pieces(std::initializer_list<std::string_view> texts, bool close = false) {
  wire::Actions actions;
  for (const std::string_view text : texts)
    actions.emplace_back(wire::HttpPiece{std::string(text)});
  if (close) actions.emplace_back(wire::Close{"done"});
  return actions;
}

// Answers /follow with a stream that begins with "begun;", everything else as usual.
void stream_on_follow(FakeHandler& handler) {
  handler.answer = [](const wire::Peer&, const wire::Request& request) {
    const auto* http = std::get_if<wire::HttpRequest>(&request);
    if (http == nullptr || http->path != "/follow") return FakeHandler::usual_answer(request);
    wire::Actions actions;
    wire::HttpResponse header{200, {{"Content-Type", "text/event-stream"}}, "begun;"};
    actions.emplace_back(wire::HttpStream{std::move(header)});
    return actions;
  };
}

struct Stream {
  explicit Stream(TestServer::Options options = {.tls = false})
      : server(options), client(start(server, options.tls)) {}

  static Client start(TestServer& server, bool tls) {
    stream_on_follow(server.handler);
    Client client(server.port(), {.tls = tls});
    client.send(kFollow);
    return client;
  }
  // Everything up to and with `end`.
  std::string receive_until(std::string_view end) {
    while (received.find(end) == std::string::npos) {
      const std::string more = client.receive();
      if (more.empty()) break;
      received += more;
    }
    return received;
  }
  bool post(wire::Actions actions) { return server.handler.outbound()->post(std::move(actions)); }
  std::uint64_t open_streams() { return server.server.counters().streams; }

  TestServer server;
  Client client;
  std::string received;
};

TEST(HttpStream, SendsItsHeaderAtOnceAndEachPieceAsAChunk) {
  Stream stream;
  const std::string head = stream.receive_until("begun;\r\n");
  EXPECT_NE(head.find("HTTP/1.1 200 OK\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("\r\nTransfer-Encoding: chunked\r\n"), std::string::npos) << head;
  EXPECT_NE(head.find("\r\nConnection: close\r\n"), std::string::npos) << head;
  EXPECT_EQ(head.find("Content-Length"), std::string::npos) << head;
  EXPECT_TRUE(head.ends_with("\r\n\r\n6\r\nbegun;\r\n")) << head;
  EXPECT_EQ(stream.open_streams(), 1U);

  EXPECT_TRUE(stream.post(pieces({"one", "", "a piece of 17 b."})));
  EXPECT_TRUE(
      stream.receive_until("17 b.\r\n").ends_with("3\r\none\r\n10\r\na piece of 17 b.\r\n"));
}

TEST(HttpStream, ACloseEndsItWithTheLastChunkAndTheConnection) {
  Stream stream({.tls = false, .cores = 1});
  stream.receive_until("begun;\r\n");
  // On the connection's own thread, so that it is still there for the second.
  std::promise<std::pair<bool, bool>> promise;
  boost::asio::post(stream.server.engine.executor(0), [&] {
    const bool last = stream.post(pieces({"last"}, true));
    promise.set_value({last, stream.post(pieces({"too late"}))});
  });
  EXPECT_EQ(promise.get_future().get(), std::pair(true, false));
  const std::string rest = stream.client.receive_all();
  EXPECT_EQ(rest, "4\r\nlast\r\n0\r\n\r\n");
  EXPECT_TRUE(eventually([&] { return stream.server.handler.ended() == 1; }));
  EXPECT_EQ(stream.open_streams(), 0U);
}

TEST(HttpStream, WorksOverTls) {
  Stream stream({.tls = true});
  stream.receive_until("begun;\r\n");
  EXPECT_TRUE(stream.post(pieces({"sealed"})));
  EXPECT_TRUE(stream.receive_until("sealed\r\n").ends_with("6\r\nsealed\r\n"));
  EXPECT_TRUE(stream.post(pieces({}, true)));
  EXPECT_EQ(stream.client.receive_all(), "0\r\n\r\n");
}

TEST(HttpStream, OfHttp10EndsWithItsConnectionAndHasNoChunks) {
  TestServer server(TestServer::Options{.tls = false});
  stream_on_follow(server.handler);
  Client client(server.port(), {.tls = false});
  client.send("GET /follow HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(eventually([&] { return server.server.counters().streams == 1; }));
  ASSERT_TRUE(server.handler.outbound()->post(pieces({"more"}, true)));
  const std::string all = client.receive_all();
  EXPECT_EQ(all.find("Transfer-Encoding"), std::string::npos);
  EXPECT_TRUE(all.ends_with("\r\n\r\nbegun;more")) << all;
}

TEST(HttpStream, OfAHeadRequestIsItsHeader) {
  TestServer server(TestServer::Options{.tls = false});
  stream_on_follow(server.handler);
  Client client(server.port(), {.tls = false});
  client.send("HEAD /follow HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_TRUE(client.receive_all().ends_with("\r\n\r\n"));
}

TEST(HttpStream, EndsWhenThePeerLeaves) {
  Stream stream;
  stream.receive_until("begun;\r\n");
  EXPECT_EQ(stream.server.handler.ended(), 0U);
  stream.client.close();
  EXPECT_TRUE(eventually([&] { return stream.server.handler.ended() == 1; }));
  EXPECT_EQ(stream.server.open(), 0U);
}

TEST(HttpStream, ServesNothingAfterIt) {
  Stream stream;
  stream.receive_until("begun;\r\n");
  stream.client.send("GET /other HTTP/1.1\r\nHost: a.example\r\n\r\n");
  EXPECT_TRUE(stream.post(pieces({"x"}, true)));
  EXPECT_EQ(stream.client.receive_all(), "1\r\nx\r\n0\r\n\r\n");
  EXPECT_EQ(stream.server.handler.seen().size(), 1U);
}

TEST(HttpStream, APeerThatKeepsTalkingIsCutOff) {
  Stream stream;
  stream.receive_until("begun;\r\n");
  const std::string talk(16 * 1024, 'x');
  for (int i = 0; i < 8; ++i) stream.client.send(talk);
  EXPECT_TRUE(eventually([&] { return stream.open_streams() == 0; }));
}

TEST(HttpStream, DrainingEndsItAtOnce) {
  Stream stream;
  stream.receive_until("begun;\r\n");
  EXPECT_TRUE(stream.server.server.drain(seconds(10)));
  EXPECT_EQ(stream.client.receive_all(), "0\r\n\r\n");
}

TEST(HttpStream, LastsLongerThanAnyTimeoutOfRequests) {
  Stream stream;
  stream.receive_until("begun;\r\n");
  stream.server.clock.advance(std::chrono::hours(1));
  EXPECT_TRUE(stream.post(pieces({"still here"})));
  EXPECT_TRUE(stream.receive_until("here\r\n").ends_with("a\r\nstill here\r\n"));
}

TEST(HttpStream, PiecesBeyondTheBoundAreRefusedAndACloseStillEndsIt) {
  Limits limits;
  limits.outgoing_queue_count = 4;
  limits.outgoing_buffer_bytes = 64 * 1024;
  Stream stream({.tls = false, .limits = limits});
  stream.receive_until("begun;\r\n");
  // Nobody reads: the kernel's buffers fill, then ours.
  const std::string large(256 * 1024, 'x');
  EXPECT_TRUE(eventually([&] { return !stream.post(pieces({large})); }));
  EXPECT_GE(stream.server.refused(Refusal::kQueueFull), 1U);
  EXPECT_TRUE(stream.post(pieces({"bye"}, true)));
  EXPECT_TRUE(stream.client.receive_all().ends_with("3\r\nbye\r\n0\r\n\r\n"));
}

TEST(HttpStream, AReaderThatTakesNothingIsCutOff) {
  Limits limits;
  limits.outgoing_buffer_bytes = 64 * 1024;
  Stream stream({.tls = false, .limits = limits});
  stream.receive_until("begun;\r\n");
  const std::string large(256 * 1024, 'x');
  // Until the kernel takes no more, either: what is refused once may have room a moment later.
  int refused = 0;
  ASSERT_TRUE(eventually([&] {
    refused = stream.post(pieces({large})) ? 0 : refused + 1;
    return refused == 20;
  }));
  ASSERT_TRUE(eventually([&] {
    stream.server.clock.advance(limits.write_stall);
    return stream.server.handler.ended() == 1;
  }));
  EXPECT_EQ(stream.server.refused(Refusal::kWriteStall), 1U);
}

TEST(HttpStream, OtherConnectionsTakeNoPieces) {
  TestServer server(TestServer::Options{.tls = false});
  Client client(server.port(), {.tls = false});
  client.roundtrip("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_FALSE(server.handler.outbound()->post(pieces({"unasked"})));
}

TEST(HttpPieces, AnEmptyOneIsNotTheEnd) {
  std::string out;
  append_piece("", HttpBody::kChunked, out);
  EXPECT_EQ(out, "");
  append_piece(std::string(300, 'y'), HttpBody::kChunked, out);
  EXPECT_TRUE(out.starts_with("12c\r\ny"));
  EXPECT_TRUE(out.ends_with("y\r\n"));
}

}  // namespace
}  // namespace berth::net::testing
