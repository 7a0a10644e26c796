#include "net/tests/harness.h"

namespace berth::net::testing {
namespace {

using std::chrono::milliseconds;

std::string get(std::string_view path, std::string_view more = {}) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: a.example\r\n" + std::string(more) +
         "\r\n";
}

TestServer::Options plain() { return {.tls = false}; }
ClientOptions plain_client() { return {.tls = false}; }

TEST(Http, KeepsTheConnectionForTheNextRequest) {
  TestServer server;
  Client client(server.port());
  for (int i = 0; i < 3; ++i) {
    const HttpReply reply = client.roundtrip(
        "PUT /a?b=c HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\n\r\nhello");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "hello");
    EXPECT_TRUE(reply.has("\r\nContent-Length: 5\r\n")) << reply.head;
    EXPECT_TRUE(reply.has("\r\nDate: Thu, 01 Jan 2026 00:00:00 GMT\r\n")) << reply.head;
    EXPECT_TRUE(reply.has("\r\nConnection: keep-alive\r\n")) << reply.head;
    EXPECT_FALSE(reply.has("Transfer-Encoding"));
  }
  EXPECT_EQ(server.handler.peers().size(), 1U);
  EXPECT_EQ(server.server.counters().requests, 3U);
}

TEST(Http, HandsOnWhatWasSent) {
  TestServer server(plain());
  std::optional<wire::HttpRequest> seen;
  server.handler.answer = [&](const wire::Peer&, const wire::Request& request) {
    seen = std::get<wire::HttpRequest>(request);
    return FakeHandler::usual_answer(request);
  };
  Client client(server.port(), plain_client());
  client.roundtrip(
      "PUT /a%2Fb/c?x=%20&y HTTP/1.1\r\nHOST: A.example:443\r\nUserAgent: x/1\r\n"
      "X-Two: 1\r\nx-two: 2\r\nContent-Length: 2\r\n\r\n{}");
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->method, "PUT");
  EXPECT_EQ(seen->path, "/a%2Fb/c");
  EXPECT_EQ(seen->query, "x=%20&y");
  EXPECT_EQ(*seen->header("host"), "A.example:443");
  EXPECT_EQ(*seen->header("useragent"), "x/1");
  EXPECT_EQ(*seen->header("x-two"), "1");
  EXPECT_EQ(seen->headers.size(), 5U);
  EXPECT_EQ(seen->body, "{}");
  const wire::Peer peer = server.handler.peers().at(0);
  EXPECT_EQ(peer.address, "127.0.0.1");
  EXPECT_EQ(peer.transport, wire::Transport::kHttp);
  EXPECT_NE(peer.port, 0);
}

TEST(Http, AnswersExpectContinueBeforeTheBody) {
  TestServer server;
  Client client(server.port());
  client.send("PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  EXPECT_EQ(client.receive_exactly(interim.size()), interim);
  EXPECT_EQ(client.roundtrip("abc").body, "abc");
}

TEST(Http, SendsNoContinueWhenTheBodyIsHereAlready) {
  TestServer server;
  Client client(server.port());
  const HttpReply reply = client.roundtrip(
      "PUT /a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "abc");
}

TEST(Http, ReadsChunkedBodies) {
  TestServer server;
  Client client(server.port());
  for (int i = 0; i < 2; ++i) {
    client.send("PUT /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
    const HttpReply reply =
        client.roundtrip("lo\r\n6;ext=1\r\n world\r\n0\r\nTrailer: x\r\nHost: evil\r\n\r\n");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "hello world");
  }
}

TEST(Http, ReadsTheBodyOfAGet) {
  TestServer server;
  Client client(server.port());
  const std::string request =
      "GET /op HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
      "2\r\n\r\n{}";
  EXPECT_EQ(client.roundtrip(request).body, "{}");
  EXPECT_EQ(client.roundtrip(request).body, "{}");
}

TEST(Http, AnswersPipelinedRequestsInOrder) {
  TestServer server;
  Client client(server.port());
  client.send(
      "PUT /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1\r\n"
      "PUT /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n2" +
      get("/3", "Connection: close\r\n"));
  EXPECT_EQ(client.receive_http().body, "1");
  EXPECT_EQ(client.receive_http().body, "2");
  EXPECT_TRUE(client.receive_http().has("Connection: close"));
  EXPECT_EQ(client.receive(), "");
  EXPECT_EQ(server.handler.seen(), (std::vector<std::string>{"PUT /1", "PUT /2", "GET /3"}));
}

TEST(Http, ReadsARequestSentByteByByte) {
  TestServer server;
  Client client(server.port());
  const std::string head = "PUT /a HTTP/1.1\r\nHost: a\r\n";
  const std::string chunked = head + "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string& request :
       {head + "Content-Length: 3\r\n\r\nabc", chunked + "3\r\nabc\r\n0\r\n\r\n",
        chunked + "1\r\na\r\n2\r\nbc\r\n0\r\nX: y\r\n\r\n"}) {
    for (const char c : request) client.send(std::string(1, c));
    EXPECT_EQ(client.receive_http().body, "abc");
  }
  for (const char c : chunked + "0\r\n\r\n") client.send(std::string(1, c));
  EXPECT_EQ(client.receive_http().body, "");
}

TEST(Http, AnswersHeadWithoutTheBody) {
  TestServer server;
  server.handler.answer = [](const wire::Peer&, const wire::Request&) {
    wire::Actions actions;
    actions.push_back(wire::HttpResponse{200, {}, "twelve bytes"});
    return actions;
  };
  Client client(server.port());
  client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  const HttpReply head = client.receive_http(true);
  EXPECT_TRUE(head.has("Content-Length: 12"));
  EXPECT_EQ(client.roundtrip(get("/")).body, "twelve bytes");
}

TEST(Http, NoContentHasNoLength) {
  TestServer server;
  server.handler.answer = [](const wire::Peer&, const wire::Request&) {
    wire::Actions actions;
    actions.push_back(wire::HttpResponse{204, {}, "dropped"});
    return actions;
  };
  Client client(server.port());
  EXPECT_FALSE(client.roundtrip(get("/")).has("Content-Length"));
  EXPECT_EQ(client.roundtrip(get("/")).status, 204);
}

TEST(Http, HeadersOfAnAnswerCannotEndTheirLine) {
  TestServer server;
  server.handler.answer = [](const wire::Peer&, const wire::Request&) {
    wire::Actions actions;
    actions.push_back(wire::HttpResponse{
        200, {{"X-Echo", "a\r\nX-Evil: 1"}, {"Content-Length", "99"}, {"connection", "x"}}, ""});
    return actions;
  };
  Client client(server.port());
  const HttpReply reply = client.roundtrip(get("/"));
  EXPECT_TRUE(reply.has("X-Echo: a  X-Evil: 1\r\n"));
  EXPECT_TRUE(reply.has("Content-Length: 0\r\n"));
  EXPECT_FALSE(reply.has("connection: x"));
}

TEST(Http, OldClientsMayKeepTheConnectionWhenTheyAsk) {
  TestServer server(plain());
  Client keeping(server.port(), plain_client());
  for (int i = 0; i < 2; ++i) {
    EXPECT_TRUE(keeping.roundtrip("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                    .has("Connection: keep-alive"));
  }
  Client closing(server.port(), plain_client());
  EXPECT_TRUE(closing.roundtrip("GET / HTTP/1.0\r\n\r\n").has("Connection: close"));
  EXPECT_EQ(closing.receive(), "");
}

struct Bad {
  std::string name;
  std::string request;
  int status;
};

TEST(Http, RefusesWhatIsAgainstTheRules) {
  const std::vector<Bad> table = {
      {"garbage", "\x16\x03\x01\x02\x00\x01 rubbish\r\n\r\n", 400},
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
      {"two lengths",
       "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 400},
      {"length and chunked",
       "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: "
       "chunked\r\n\r\n0\r\n\r\n",
       400},
      {"chunked and length",
       "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: "
       "3\r\n\r\n0\r\n\r\n",
       400},
      {"unknown coding", "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"two codings",
       "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {"negative length", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400},
      {"huge length", "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
       400},
      {"bad chunk", "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400},
      {"chunked 1.0", "PUT / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"space in name", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400},
      {"version 2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"unknown expectation", "GET / HTTP/1.1\r\nHost: a\r\nExpect: 200-maybe\r\n\r\n", 417},
      {"MQTT", std::string("\x10\x0c\x00\x04MQTT\x04\x02\x00\x00\x00\x00", 14) + "\r\n\r\n", 400},
  };
  TestServer server(plain());
  for (const Bad& bad : table) {
    Client client(server.port(), plain_client());
    client.send(bad.request);
    const HttpReply reply = client.receive_http();
    EXPECT_EQ(reply.status, bad.status) << bad.name << reply.head;
    EXPECT_TRUE(reply.has("Connection: close")) << bad.name;
    EXPECT_TRUE(reply.has("application/json")) << bad.name;
    EXPECT_EQ(client.receive(), "") << bad.name;
  }
  EXPECT_EQ(server.refused(Refusal::kMalformed), table.size());
  EXPECT_TRUE(server.handler.seen().empty());
}

TEST(Http, AcceptsTheAbsoluteForm) {
  TestServer server(plain());
  Client client(server.port(), plain_client());
  EXPECT_EQ(client.roundtrip("GET https://a.example:443/x?y HTTP/1.1\r\nHost: a\r\n\r\n").status,
            200);
  EXPECT_EQ(client.roundtrip("GET http://a.example HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
  EXPECT_EQ(server.handler.seen(), (std::vector<std::string>{"GET /x", "GET /"}));
}

TEST(Http, BodyAtTheLimitPassesAndOneByteMoreIs413) {
  TestServer server;
  const std::size_t limit = Limits{}.body_bytes;
  Client good(server.port());
  good.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(limit) + "\r\n\r\n");
  EXPECT_EQ(good.roundtrip(std::string(limit, 'x')).body.size(), limit);
  Client bad(server.port());
  bad.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(limit + 1) +
           "\r\n\r\n");
  EXPECT_EQ(bad.receive_http().status, 413);
}

TEST(Http, ABodyOf97KilobytesIs413EvenWhenTheClientSendsItFirst) {
  TestServer server;
  const std::string body(97 * 1024, 'x');
  Client sized(server.port());
  sized.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
             "\r\n\r\n" + body);
  EXPECT_EQ(sized.receive_http().status, 413);
  Client chunked(server.port());
  chunked.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 97; ++i) chunked.send("400\r\n" + body.substr(0, 1024) + "\r\n");
  chunked.send("0\r\n\r\n");
  EXPECT_EQ(chunked.receive_http().status, 413);
  EXPECT_EQ(server.refused(Refusal::kBodyTooLarge), 2U);
  EXPECT_TRUE(server.handler.seen().empty());
}

TEST(Http, AHeaderOverTheLimitIs431) {
  TestServer server;
  const std::size_t limit = Limits{}.header_bytes;
  const std::string frame = get("/", "X: \r\n");
  Client good(server.port());
  EXPECT_EQ(
      good.roundtrip(get("/", "X: " + std::string(limit - frame.size(), 'x') + "\r\n")).status,
      200);
  Client bad(server.port());
  EXPECT_EQ(
      bad.roundtrip(get("/", "X: " + std::string(limit - frame.size() + 1, 'x') + "\r\n")).status,
      431);
  EXPECT_EQ(server.refused(Refusal::kHeaderTooLarge), 1U);
}

TEST(Http, AnEndlessTrailerIs431) {
  TestServer server;
  Client client(server.port());
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n");
  for (int i = 0; i < 40; ++i) client.send("X: " + std::string(1000, 'x') + "\r\n");
  EXPECT_EQ(client.receive_http().status, 431);
}

TEST(Http, ASlowHeaderIs408) {
  TestServer server;
  Client client(server.port());
  const std::string begin = "GET / HTTP/1.1\r\nHost";
  client.send(begin);
  std::uint64_t sent = begin.size();
  const auto arrived = [&] { return server.server.counters().bytes_in == sent; };
  ASSERT_TRUE(eventually(arrived));
  // A byte now and then does not buy time.
  for (milliseconds waited{0}; waited < Limits{}.request - milliseconds(1000);
       waited += milliseconds(1000)) {
    server.clock.advance(milliseconds(1000));
    client.send("x");
    ++sent;
    ASSERT_TRUE(eventually(arrived));
  }
  EXPECT_EQ(server.refused(Refusal::kRequestTimeout), 0U);
  server.clock.advance(milliseconds(1000) + TimerWheel::kTick);
  EXPECT_EQ(client.receive_http().status, 408);
  EXPECT_EQ(client.receive(), "");
  EXPECT_EQ(server.refused(Refusal::kRequestTimeout), 1U);
}

TEST(Http, ASilentClientIsClosedWhenItsTimeIsUp) {
  Limits limits;
  TestServer server({.tls = false, .limits = limits});
  Client client(server.port(), plain_client());
  const auto waited = advance_until_closed(server.clock, client, milliseconds(1000));
  EXPECT_GE(waited, limits.first_byte);
  EXPECT_EQ(server.refused(Refusal::kFirstByteTimeout), 1U);
}

TEST(Http, AnIdleKeptConnectionIsClosedWithoutBlame) {
  TestServer server;
  Client client(server.port());
  client.roundtrip(get("/"));
  const auto waited = advance_until_closed(server.clock, client, milliseconds(5000));
  EXPECT_GE(waited, Limits{}.http_idle);
  EXPECT_LE(waited, 2 * Limits{}.http_idle);
  EXPECT_EQ(server.refused(Refusal::kRequestTimeout), 0U);
}

TEST(Http, ATlsClientThatNeverAsksIsClosed) {
  TestServer server;
  Client client(server.port());
  EXPECT_GE(advance_until_closed(server.clock, client, milliseconds(1000)), Limits{}.authenticate);
  EXPECT_EQ(server.refused(Refusal::kAuthenticateTimeout), 1U);
}

TEST(Http, APeerThatReadsNothingIsCut) {
  TestServer server;
  const std::string big(8 * 1024 * 1024, 'x');
  server.handler.answer = [&](const wire::Peer&, const wire::Request&) {
    wire::Actions actions;
    actions.push_back(wire::HttpResponse{200, {}, big});
    return actions;
  };
  Client client(server.port());
  client.send(get("/"));
  ASSERT_TRUE(eventually([&] {
    if (server.refused(Refusal::kWriteStall) == 1) return true;
    if (server.handler.seen().size() == 1) server.clock.advance(milliseconds(50));
    return false;
  }));
  EXPECT_LT(client.receive_all().size(), big.size());
}

TEST(Http, WorkBeyondTheLimitIs503AndTheConnectionStays) {
  Limits limits;
  limits.in_flight_per_core = 1;
  TestServer server({.limits = limits, .cores = 1});
  server.handler.latch = std::make_shared<Latch>();
  Client first(server.port());
  first.send(get("/1"));
  ASSERT_TRUE(eventually([&] { return server.handler.latch->waiting() == 1; }));
  Client second(server.port());
  const HttpReply busy = second.roundtrip(get("/2"));
  EXPECT_EQ(busy.status, 503);
  EXPECT_TRUE(busy.has("Connection: keep-alive"));
  server.handler.latch->open();
  EXPECT_EQ(first.receive_http().status, 200);
  EXPECT_EQ(second.roundtrip(get("/3")).status, 200);
  EXPECT_EQ(server.refused(Refusal::kOverloaded), 1U);
}

TEST(Http, AHandlerThatThrowsCostsItsConnectionOnly) {
  TestServer server;
  server.handler.answer = [](const wire::Peer&, const wire::Request& request) -> wire::Actions {
    if (std::get<wire::HttpRequest>(request).path == "/throw") throw std::runtime_error("boom");
    return FakeHandler::usual_answer(request);
  };
  Client good(server.port());
  EXPECT_EQ(good.roundtrip(get("/")).status, 200);
  Client bad(server.port());
  bad.send(get("/throw"));
  EXPECT_EQ(bad.receive(), "");
  EXPECT_EQ(good.roundtrip(get("/")).status, 200);
}

TEST(Http, ConversationEndsWithItsConnection) {
  TestServer server;
  {
    Client client(server.port());
    client.roundtrip(get("/"));
    EXPECT_EQ(server.handler.ended(), 0U);
  }
  EXPECT_TRUE(eventually([&] { return server.handler.ended() == 1 && server.open() == 0; }));
}

TEST(Http, APostedCloseEndsTheConnection) {
  TestServer server;
  Client client(server.port());
  client.roundtrip(get("/"));
  wire::Actions actions;
  actions.push_back(wire::Close{"test"});
  EXPECT_TRUE(server.handler.outbound()->post(std::move(actions)));
  EXPECT_EQ(client.receive(), "");
  EXPECT_TRUE(eventually([&] { return server.open() == 0; }));
}

}  // namespace
}  // namespace berth::net::testing
