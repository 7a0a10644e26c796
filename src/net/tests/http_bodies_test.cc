// What a request's body may be: the handler is asked once its header is there, and net holds to the
// answer.
#include "net/tests/harness.h"

namespace berth::net::testing {
namespace {

constexpr std::string_view kDelete = "DELETE /things HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

TestServer::Options plain() { return {.tls = false}; }
ClientOptions plain_client() { return {.tls = false}; }

std::string put(std::string_view path, std::size_t length, std::string_view more = {}) {
  return "PUT " + std::string(path) +
         " HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(length) + "\r\n" +
         std::string(more) + "\r\n";
}

wire::BodyRules megabyte_for_data(const wire::HttpRequest& header) {
  return {.bytes_max = header.path == "/data" ? std::size_t{1024} * 1024 : 0};
}

wire::BodyRules unframed(const wire::HttpRequest&) { return {.unframed_delete = true}; }

struct UnframedServer : TestServer {
  UnframedServer() : TestServer(plain()) { handler.rules = unframed; }
};

TEST(HttpBodies, MayBeAsLargeAsTheRulesOfTheirRequestSay) {
  TestServer server;
  server.handler.rules = megabyte_for_data;
  const std::string body(1024 * 1024, 'x');
  Client client(server.port());
  EXPECT_EQ(client.roundtrip(put("/data", body.size()) + body).body.size(), body.size());
  client.send("PUT /data HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n");
  EXPECT_EQ(client.roundtrip(body + "\r\n0\r\n\r\n").body.size(), body.size());
  client.send(put("/data", body.size() + 1));
  EXPECT_EQ(client.receive_http().status, 413);
  EXPECT_EQ(server.refused(Refusal::kBodyTooLarge), 1U);
}

TEST(HttpBodies, OneByteMoreInChunksIs413) {
  TestServer server;
  server.handler.rules = megabyte_for_data;
  Client client(server.port());
  client.send("PUT /data HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n100000\r\n");
  client.send(std::string(1024 * 1024, 'x'));
  client.send("\r\n1\r\nx\r\n0\r\n\r\n");
  EXPECT_EQ(client.receive_http().status, 413);
}

TEST(HttpBodies, AreNeverLargerThanTheLimitForLargeOnes) {
  Limits limits;
  limits.large_body_bytes = 200'000;
  TestServer server({.limits = limits});
  server.handler.rules = [](const wire::HttpRequest&) {
    return wire::BodyRules{.bytes_max = ~std::size_t{0}};
  };
  Client good(server.port());
  EXPECT_EQ(good.roundtrip(put("/", 200'000) + std::string(200'000, 'x')).status, 200);
  Client bad(server.port());
  bad.send(put("/", 200'001));
  EXPECT_EQ(bad.receive_http().status, 413);
}

TEST(HttpBodies, ExpectingContinueTheyAreInvitedWithinTheirLimitAndRefusedBeyond) {
  TestServer server;
  server.handler.rules = megabyte_for_data;
  for (const auto& [path, length, invited] :
       {std::tuple{"/data", 1'000'000, true}, std::tuple{"/data", 1'100'000, false},
        std::tuple{"/data", 1'000'000'000, false}, std::tuple{"/else", 90'000, true},
        std::tuple{"/else", 1'000'000, false}}) {
    Client client(server.port());
    client.send(put(path, static_cast<std::size_t>(length), "Expect: 100-continue\r\n"));
    if (invited) {
      EXPECT_EQ(client.receive_exactly(kContinue.size()), kContinue) << path << length;
      const HttpReply reply = client.roundtrip(std::string(static_cast<std::size_t>(length), 'x'));
      EXPECT_EQ(reply.status, 200) << path << length;
    } else {
      const HttpReply reply = client.receive_http();
      EXPECT_EQ(reply.status, 413) << path << length;
      EXPECT_TRUE(reply.has("Connection: close")) << reply.head;
      EXPECT_EQ(client.receive(), "");
    }
  }
}

TEST(HttpBodies, TheRulesAreAskedOnceWithTheWholeHeader) {
  TestServer server(plain());
  std::vector<wire::HttpRequest> asked;
  server.handler.rules = [&](const wire::HttpRequest& header) {
    asked.push_back(header);
    return wire::BodyRules{};
  };
  Client client(server.port(), plain_client());
  const std::string request =
      "POST /a?b=c HTTP/1.1\r\nHost: a\r\nX-One: 1\r\nContent-Length: 4\r\n\r\nbody";
  for (const char c : request) client.send(std::string(1, c));
  EXPECT_EQ(client.receive_http().body, "body");
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(asked[0].method, "POST");
  EXPECT_EQ(asked[0].path, "/a");
  EXPECT_EQ(asked[0].query, "b=c");
  EXPECT_EQ(*asked[0].header("x-one"), "1");
  EXPECT_EQ(asked[0].body, "");
  client.roundtrip("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(asked.size(), 1U) << "there is nothing to ask for without a body";
}

TEST(UnframedDelete, TakesWhatCameWithTheHeaderAndEndsTheConnection) {
  for (const std::string_view body :
       {"\"dev-588acc123945ec8436bde3c1\"", "dev-588acc123945ec8436bde3c1",
        "[\"dev-588acc123945ec8436bde3c1\"]", "{\"controlled\":\"x y\"}", "{}", "null"}) {
    UnframedServer server;
    Client client(server.port(), plain_client());
    const HttpReply reply = client.roundtrip(std::string(kDelete) + std::string(body));
    EXPECT_EQ(reply.status, 200) << body;
    EXPECT_EQ(reply.body, body);
    EXPECT_TRUE(reply.has("Connection: close")) << reply.head;
    EXPECT_EQ(client.receive(), "") << body;
    EXPECT_EQ(server.handler.seen(), std::vector<std::string>{"DELETE /things"}) << body;
  }
}

TEST(UnframedDelete, IsReadOffTheSecureStreamToo) {
  TestServer server;
  server.handler.rules = unframed;
  Client client(server.port());
  EXPECT_EQ(client.roundtrip(std::string(kDelete) + "[1]").body, "[1]");
  EXPECT_EQ(client.receive(), "");
}

TEST(UnframedDelete, TheNextRequestIsNeverItsBody) {
  UnframedServer server;
  Client client(server.port(), plain_client());
  client.send(std::string(kDelete) + "\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n" +
              std::string(kDelete) + "x-method /3 HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 4; ++i) {
    const HttpReply reply = client.receive_http();
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, "");
    EXPECT_TRUE(reply.has("Connection: keep-alive")) << reply.head;
  }
  EXPECT_EQ(server.handler.seen(), (std::vector<std::string>{"DELETE /things", "GET /2",
                                                             "DELETE /things", "x-method /3"}));
}

TEST(UnframedDelete, ThePartOfTheNextMethodThatHasArrivedIsNotItsBody) {
  UnframedServer server;
  Client client(server.port(), plain_client());
  client.send(std::string(kDelete) + "DELE");
  EXPECT_EQ(client.receive_http().body, "");
  client.send("TE /2 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client.receive_http().body, "");
  EXPECT_EQ(server.handler.seen(), (std::vector<std::string>{"DELETE /things", "DELETE /2"}));
}

TEST(UnframedDelete, WhatComesLaterIsNotItsBody) {
  UnframedServer server;
  Client client(server.port(), plain_client());
  EXPECT_EQ(client.roundtrip(kDelete).body, "");
  EXPECT_EQ(client.roundtrip("\"dev-588acc123945ec8436bde3c1\"\r\n\r\n").status, 400);
  EXPECT_EQ(server.handler.seen(), std::vector<std::string>{"DELETE /things"});
}

TEST(UnframedDelete, IsOnlyOfTheMethodDeleteWithNoLengthOfItsOwn) {
  for (const std::string_view header :
       {"DELETE / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
        "DELETE / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nX-HTTP-Method-Override: DELETE\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "delete / HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    UnframedServer server;
    Client client(server.port(), plain_client());
    client.send(std::string(header) + "{\"controlled\":\"x\"}\r\n\r\n");
    EXPECT_EQ(client.receive_http().body, "") << header;
    EXPECT_EQ(client.receive_http().status, 400) << header;
    EXPECT_EQ(server.handler.seen().size(), 1U) << header;
  }
}

TEST(UnframedDelete, IsNothingWithoutTheRuleOrWhenItIsSwitchedOff) {
  Limits limits;
  limits.unframed_delete = false;
  TestServer switched_off({.tls = false, .limits = limits});
  switched_off.handler.rules = unframed;
  TestServer without_rule(plain());
  for (TestServer* server : {&switched_off, &without_rule}) {
    Client client(server->port(), plain_client());
    client.send(std::string(kDelete) + "{\"controlled\":\"x\"}\r\n\r\n");
    EXPECT_EQ(client.receive_http().body, "");
    EXPECT_EQ(client.receive_http().status, 400);
    EXPECT_EQ(server->handler.seen(), std::vector<std::string>{"DELETE /things"});
  }
}

TEST(UnframedDelete, KeepsToTheLimitOfBodies) {
  TestServer server(plain());
  server.handler.rules = [](const wire::HttpRequest&) {
    return wire::BodyRules{.bytes_max = 10, .unframed_delete = true};
  };
  Client good(server.port(), plain_client());
  EXPECT_EQ(good.roundtrip(std::string(kDelete) + "\"12345678\"").status, 200);
  Client bad(server.port(), plain_client());
  EXPECT_EQ(bad.roundtrip(std::string(kDelete) + "\"123456789\"").status, 413);
  EXPECT_EQ(bad.receive(), "");
}

}  // namespace
}  // namespace berth::net::testing
