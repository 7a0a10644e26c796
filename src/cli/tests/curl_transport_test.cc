// The real transport against a real HTTPS server on loopback.
#include "cli/transport.h"
#include "device/tests/tls_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using device::testing::http;
using device::testing::TlsServer;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

Endpoint endpoint_of(const TlsServer& server) {
  Endpoint endpoint;
  endpoint.url = server.url();
  endpoint.ca = server.ca();
  endpoint.token = Secret::from_text("berth_x");
  endpoint.timeout = std::chrono::seconds(5);
  return endpoint;
}

std::string why(Endpoint endpoint, std::string* mend = nullptr) {
  HttpCall call;
  call.target = "/";
  const Try<HttpReply> reply = make_curl_transport(std::move(endpoint))->send(call);
  if (reply) return "it answered " + std::to_string(reply->status);
  EXPECT_EQ(reply.error().kind, ErrorKind::kUnavailable);
  if (mend != nullptr) *mend = reply.error().mend;
  return reply.error().why;
}

TEST(CurlTransport, SendsTheCallAndReadsTheAnswer) {
  std::string request;
  TlsServer server([&](const std::string& text) {
    request = text;
    return http(409, R"({"a":1})", "Content-Type: application/problem+json\r\n");
  });
  const auto transport = make_curl_transport(endpoint_of(server));
  HttpCall call;
  call.method = "PATCH";
  call.target = "/api/v1/a%2Fb?x=1";
  call.body = R"({"b":2})";
  call.if_match = "\"3\"";
  const Try<HttpReply> reply = transport->send(call);
  ASSERT_TRUE(reply) << reply.error().why;
  EXPECT_EQ(reply->status, 409);
  EXPECT_EQ(reply->body, R"({"a":1})");
  EXPECT_EQ(reply->content_type, "application/problem+json");
  EXPECT_TRUE(request.starts_with("PATCH /api/v1/a%2Fb?x=1 HTTP/1.1\r\n")) << request;
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer berth_x\r\n"));
  EXPECT_THAT(request, HasSubstr("If-Match: \"3\"\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_TRUE(request.ends_with("\r\n\r\n{\"b\":2}"));

  call = HttpCall();
  call.target = "/again";
  ASSERT_TRUE(transport->send(call));
  EXPECT_TRUE(request.starts_with("GET /again HTTP/1.1\r\n")) << request;
  EXPECT_THAT(request, Not(HasSubstr("If-Match")));
  EXPECT_EQ(server.connections(), 1) << "calls of one command share a connection";
}

TEST(CurlTransport, ReadsTheServersCertificateWhenAsked) {
  TlsServer server([](const std::string&) { return http(200, "{}"); });
  HttpCall call;
  call.target = "/";
  call.wants_certificate = true;
  const Try<HttpReply> reply = make_curl_transport(endpoint_of(server))->send(call);
  ASSERT_TRUE(reply) << reply.error().why;
  ASSERT_TRUE(reply->certificate);
  EXPECT_THAT(reply->certificate->names, Contains("localhost"));
  EXPECT_THAT(reply->certificate->names, Contains("127.0.0.1"));
  EXPECT_THAT(reply->certificate->expires, HasSubstr("GMT"));
}

TEST(CurlTransport, FollowsNoRedirects) {
  TlsServer server(
      [](const std::string&) { return http(302, "", "Location: https://192.0.2.1/\r\n"); });
  EXPECT_EQ(why(endpoint_of(server)), "it answered 302");
}

TEST(CurlTransport, ARefusedConnectionSaysToStartTheServer) {
  Endpoint endpoint;
  {
    TlsServer server([](const std::string&) { return std::string(); });
    endpoint.url = server.url();
  }
  std::string mend;
  EXPECT_THAT(why(std::move(endpoint), &mend), HasSubstr("nothing accepts connections there"));
  EXPECT_THAT(mend, HasSubstr("berth serve"));
}

TEST(CurlTransport, ACaThatDidNotSignTheServerIsNamed) {
  TlsServer server([](const std::string&) { return http(200, "{}"); });
  const TlsServer other([](const std::string&) { return std::string(); });
  Endpoint endpoint = endpoint_of(server);
  endpoint.ca = other.ca();
  std::string mend;
  EXPECT_THAT(why(std::move(endpoint), &mend), HasSubstr(other.ca().string()));
  EXPECT_THAT(mend, HasSubstr("--ca"));
}

TEST(CurlTransport, ACaFileThatIsMissingIsNamed) {
  TlsServer server([](const std::string&) { return http(200, "{}"); });
  Endpoint endpoint = endpoint_of(server);
  endpoint.ca = "/no/such/ca.pem";
  EXPECT_THAT(why(std::move(endpoint)), HasSubstr("/no/such/ca.pem cannot be read"));
}

TEST(CurlTransport, AHungUpConnectionPointsToTheLog) {
  TlsServer server([](const std::string&) { return std::string(); });
  std::string mend;
  EXPECT_THAT(why(endpoint_of(server), &mend), HasSubstr("ended before an answer"));
  EXPECT_THAT(mend, HasSubstr("log"));
}

TEST(CurlTransport, ANameThatDoesNotResolveIsSaidToBeOne) {
  Endpoint endpoint;
  endpoint.url = "https://no-such-host.invalid";
  EXPECT_THAT(why(std::move(endpoint)), HasSubstr("cannot be resolved"));
}

}  // namespace
}  // namespace berth::cli
