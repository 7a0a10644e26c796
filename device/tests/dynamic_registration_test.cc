#include "berth/device/dynamic_registration.h"

#include "device/registration_messages.h"
#include "device/tests/sealing.h"
#include "device/tests/tls_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

namespace berth::device {
namespace {

namespace json = boost::json;
using testing::first_answer;
using ::testing::HasSubstr;
using testing::http;
using ::testing::Not;
using testing::Protection;
using testing::second_answer;
using ::testing::StartsWith;
using testing::TlsServer;

constexpr const char* kSecret = "0123456789abcdefghijklmn";
constexpr const char* kKeyText = R"({"encryptionType":2,"psk":"AAECAwQFBgcICQoLDA0ODw=="})";

std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

// The value of a header, spelled exactly so.
std::string header_of(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == request.npos) return "-";
  const std::size_t begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

class DynamicRegistration : public ::testing::Test {
 protected:
  DynamicRegistration() {
    device_.product_id = "ABCDE12345";
    device_.device_name = "xyz";
    device_.product_secret = Secret::from_text(kSecret);
  }
  void start(std::string reply, const Protection& protection = {}) {
    server_.emplace(
        [this, reply](const std::string& request) {
          const std::lock_guard lock(mutex_);
          request_ = request;
          return reply;
        },
        protection);
    options_.host = "localhost";
    options_.port = server_->port();
    options_.ca = server_->ca();
    options_.timeout = std::chrono::milliseconds(5'000);
  }
  Result<DeviceCredential> run() { return register_dynamically(device_, options_, clock_, rng_); }
  Error error() {
    Result<DeviceCredential> done = run();
    EXPECT_FALSE(done);
    return done ? Error() : std::move(done).error();
  }
  std::string request() {
    const std::lock_guard lock(mutex_);
    return request_;
  }

  base::FakeClock clock_;
  base::SeededRng rng_{7};
  DeviceInfo device_;
  DynamicRegistrationOptions options_;
  std::mutex mutex_;
  std::string request_;
  std::optional<TlsServer> server_;  // last: its thread uses the rest
};

TEST_F(DynamicRegistration, AsksAsTheVendorsDevicesDoAndOpensTheAnswer) {
  start(http(200, first_answer(kKeyText, kSecret)));
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->device_secret.text(), "AAECAwQFBgcICQoLDA0ODw==");
  EXPECT_THAT(request(), StartsWith("POST /register/dev HTTP/1.1\r\nHost: localhost:"));
  EXPECT_EQ(header_of(request(), "Content-Type"), "application/x-www-form-urlencoded");
  const json::object sent = json::parse(body_of(request())).as_object();
  EXPECT_EQ(header_of(request(), "Content-Length"), std::to_string(body_of(request()).size()));
  const RequestMark mark{static_cast<std::uint64_t>(sent.at("nonce").as_int64()),
                         sent.at("timestamp").as_int64()};
  EXPECT_EQ(mark.timestamp, base::to_unix_seconds(clock_.wall()));
  EXPECT_GE(mark.nonce, 1U);
  EXPECT_LE(mark.nonce, 0x7fff'ffffU);
  EXPECT_EQ(body_of(request()), first_body(device_, mark));
}

TEST_F(DynamicRegistration, WithoutTlsToo) {
  start(http(200, first_answer(kKeyText, kSecret)), Protection{.tls = false});
  options_.plain = true;
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->device_secret.text(), "AAECAwQFBgcICQoLDA0ODw==");
}

TEST_F(DynamicRegistration, TheSecondGenerationSignsTheHostWithoutItsPort) {
  start(http(200, second_answer(kKeyText, kSecret)));
  options_.call = RegistrationCall::kSecond;
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->device_secret.text(), "AAECAwQFBgcICQoLDA0ODw==");
  EXPECT_THAT(request(), StartsWith("POST /device/register HTTP/1.1\r\n"));
  const std::string body = body_of(request());
  EXPECT_EQ(body, R"({"ProductId":"ABCDE12345","DeviceName":"xyz"})");
  EXPECT_EQ(header_of(request(), "X-TC-Algorithm"), "hmacsha256");
  const RequestMark mark{std::stoull(header_of(request(), "X-TC-Nonce")),
                         std::stoll(header_of(request(), "X-TC-Timestamp"))};
  const SignedRequest asked{"localhost", "/device/register", "hmacsha256", mark, body};
  EXPECT_EQ(header_of(request(), "X-TC-Signature"),
            second_signature(asked, Secret::from_text(kSecret)));
}

TEST_F(DynamicRegistration, ACertificateMustBelongToItsKey) {
  base::SystemRng rng;
  const base::SystemClock clock;
  const auto authority = crypto::Authority::create("Test CA", rng, clock);
  const auto mine = authority->issue_client("ABCDE12345xyz", rng, clock);
  const auto other = authority->issue_client("ABCDE12345xyz", rng, clock);
  const auto text = [](const std::string& certificate, std::string_view key) {
    return json::serialize(
        json::object{{"encryptionType", 1}, {"clientCert", certificate}, {"clientKey", key}});
  };
  device_.mode = AuthMode::kCertificate;
  start(
      http(200, first_answer(text(mine->certificate_pem, mine->private_key_pem.text()), kSecret)));
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->certificate_pem, mine->certificate_pem);
  EXPECT_TRUE(done->key_pem.equals(mine->private_key_pem));
  start(
      http(200, first_answer(text(mine->certificate_pem, other->private_key_pem.text()), kSecret)));
  EXPECT_THAT(error().what, HasSubstr("do not belong together"));
  start(http(200, first_answer(text("C", "K"), kSecret)));
  EXPECT_THAT(error().what, HasSubstr("no PEM certificate"));
}

TEST_F(DynamicRegistration, TheOtherKindOfProductIsSaidToBeOne) {
  start(http(200, first_answer(kKeyText, kSecret)));
  device_.mode = AuthMode::kCertificate;
  const Error wrong = error();
  EXPECT_EQ(wrong.what, "the file says auth_mode CERT, but the product's devices are of mode KEY");
  EXPECT_EQ(wrong.mend, "correct auth_mode in the file");
}

TEST_F(DynamicRegistration, ARefusalHasCodeMessageAndHint) {
  start(http(200, R"({"code":1010,"message":"Check signature failed"})"));
  const Error refused = error();
  EXPECT_EQ(refused.kind, ErrorKind::kForbidden);
  EXPECT_THAT(refused.what,
              HasSubstr(" refused to register xyz: code 1010, Check signature failed"));
  EXPECT_THAT(refused.mend, HasSubstr("productSecret"));
  EXPECT_THAT(refused.what + refused.mend, Not(HasSubstr(kSecret)));
  options_.call = RegistrationCall::kSecond;
  start(http(200,
             R"({"Response":{"Error":{"Code":"FailedOperation","Message":"device disabled"}}})"));
  EXPECT_THAT(error().what, HasSubstr("code FailedOperation, device disabled"));
  start(http(200, R"({"Response":{"Error":{"Code":"FailedOperation"}}})"));
  EXPECT_THAT(error().what, HasSubstr("code FailedOperation, without a message"));
}

TEST_F(DynamicRegistration, WhatIsNoAnswerIsSaidToBeNone) {
  start(http(404, "{\"code\":\"not_found\"}"));
  EXPECT_THAT(error().what, HasSubstr("answered HTTP 404: {\"code\":\"not_found\"}"));
  start(http(200, "<html>\x1b[2J"));
  EXPECT_THAT(error().what, HasSubstr("is not one of dynamic registration: <html>?[2J"));
  start("SSH-2.0\r\n\r\n");
  EXPECT_THAT(error().what, HasSubstr("the answer is not HTTP/1.1"));
  start("");
  EXPECT_EQ(error().kind, ErrorKind::kUnavailable);
  start(http(200, first_answer(kKeyText, "another secret than its own")));
  EXPECT_THAT(error().what, HasSubstr("cannot be opened"));
}

TEST_F(DynamicRegistration, AServerThatCannotBeReachedIsNamed) {
  start(http(200, first_answer(kKeyText, kSecret)));
  options_.ca = "/nonexistent/ca.pem";
  EXPECT_EQ(error().kind, ErrorKind::kInvalid);
  options_.ca = "";
  Error wrong = error();
  EXPECT_THAT(wrong.what, HasSubstr("registering at localhost:"));
  EXPECT_THAT(wrong.mend, HasSubstr("--ca-file"));
  server_.reset();
  wrong = error();
  EXPECT_EQ(wrong.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(wrong.mend, HasSubstr("check that the server runs"));
  options_.plain = true;
  EXPECT_THAT(error().mend, HasSubstr("http_port"));
  options_.host = "no-such-host.invalid";
  EXPECT_THAT(error().what, HasSubstr("does not resolve"));
}

TEST_F(DynamicRegistration, AServerThatSaysNothingIsGivenUp) {
  // Waits for the end of a head, which no TLS handshake has.
  start(http(200, first_answer(kKeyText, kSecret)), Protection{.tls = false});
  options_.timeout = std::chrono::milliseconds(100);
  EXPECT_THAT(error().what, HasSubstr("did not answer in time"));
}

}  // namespace
}  // namespace berth::device
