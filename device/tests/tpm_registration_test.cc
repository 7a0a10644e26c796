// A TPM device that registers at a server of the test's and visits a hub, on a software TPM.
#include "berth/device/tpm_registration.h"

#include "base/rng.h"
#include "berth/device/tpm_hub.h"
#include "crypto/hmac.h"
#include "crypto/tpm_activation.h"
#include "device/tests/fake_hub.h"
#include "device/tests/swtpm.h"
#include "device/tpm_messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::device {
namespace {

using base::Bytes;
using testing::FakeHub;
using ::testing::HasSubstr;
using testing::http;
using testing::Swtpm;
using Outcome = Result<Registered, RegistrationError>;

constexpr const char* kAssigning = R"({"operationId":"4.op","status":"assigning"})";

Secret key_of(std::uint8_t byte) { return Secret(Bytes(crypto::kActivationKeyBytes, byte)); }

std::string header(const std::string& request, const std::string& name) {
  const std::size_t at = request.find(name + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 2;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

// The part of a token between `name=` and the next `&`.
std::string part(const std::string& token, const std::string& name) {
  const std::size_t at = token.find(name + "=");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + name.size() + 1;
  return token.substr(begin, token.find('&', begin) - begin);
}

bool is_signed_with(const Secret& key, const std::string& token) {
  const std::optional<std::string> text = base::percent_decode(part(token, "sig"));
  const std::optional<Bytes> mac = text ? base::base64_decode(*text) : std::nullopt;
  return mac && crypto::verify_hmac_sha256(key.bytes(),
                                           part(token, "sr") + "\n" + part(token, "se"), *mac);
}

class TpmRegistrationTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { swtpm_ = std::make_unique<Swtpm>(); }
  static void TearDownTestSuite() { swtpm_.reset(); }
  void SetUp() override {
    if (!swtpm_->is_there()) GTEST_SKIP() << swtpm_->why_not();
    Result<TpmIdentity> opened = TpmIdentity::open(swtpm_->tcti());
    ASSERT_TRUE(opened) << opened.error().what;
    tpm_.emplace(*std::move(opened));
    tls_.emplace(*TlsContext::trusting(server_.ca()));
    server_.provision = [this](const std::string& request) {
      requests_.push_back(request);
      return answer_(request);
    };
  }

  std::string wrapped(const Secret& key) {
    base::SystemRng rng;
    const Result<Bytes> blob = crypto::make_activation(
        *crypto::read_endorsement_key(tpm_->endorsement_key()),
        *crypto::read_storage_root_key(tpm_->storage_root_key()), key, rng, {});
    return base::base64_encode(*blob);
  }
  std::string challenge() {
    return http(401, R"({"errorCode":401000,"message":"Authorization required",)"
                     R"("authenticationKey":")" +
                         wrapped(key_of(1)) + R"(","keyName":"registration"})");
  }
  std::string assigned() {
    return http(200, R"({"operationId":"4.op","status":"assigned","registrationState":)"
                     R"({"assignedHub":"localhost","deviceId":"pump","status":"assigned",)"
                     R"("tpm":{"authenticationKey":")" +
                         wrapped(key_of(2)) + R"("}}})");
  }
  std::string well(const std::string& request) {
    const std::string token = header(request, "Authorization");
    if (token.empty()) return challenge();
    if (!is_signed_with(key_of(1), token)) return http(401, R"({"message":"wrong signature"})");
    return request.starts_with("PUT") ? http(202, kAssigning) : assigned();
  }

  Outcome run() {
    TpmRegistrationPlan plan;
    plan.host = "localhost";
    plan.port = server_.port();
    plan.id_scope = "0ne00ABCDEF";
    plan.registration_id = "pump";
    plan.payload = R"({"model":"p-7"})";
    plan.poll_delay = std::chrono::milliseconds(0);
    plan.polls_max = 3;
    return register_tpm(*tpm_, plan, *tls_, clock_);
  }

  static std::unique_ptr<Swtpm> swtpm_;
  FakeHub server_;
  std::optional<TpmIdentity> tpm_;
  std::optional<TlsContext> tls_;
  base::FakeClock clock_;
  std::vector<std::string> requests_;
  FakeHub::HttpAnswer answer_ = [this](const std::string& request) { return well(request); };
};
std::unique_ptr<Swtpm> TpmRegistrationTest::swtpm_;

TEST_F(TpmRegistrationTest, AnswersTheChallengeAndKeepsTheHubsKey) {
  const Outcome done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->hub, "localhost");
  EXPECT_EQ(done->device_id, "pump");
  const crypto::Sha256 expected = crypto::hmac_sha256(key_of(2).bytes(), "text");
  EXPECT_EQ(tpm_->sign("text").value(), Bytes(expected.begin(), expected.end()));
  server_.seen();
  ASSERT_EQ(requests_.size(), 3U);
  EXPECT_THAT(requests_[0], HasSubstr("PUT /0ne00ABCDEF/registrations/pump/register?api-version="));
  EXPECT_EQ(header(requests_[0], "Authorization"), "");
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_THAT(requests_[i], HasSubstr(base::base64_encode(tpm_->endorsement_key())));
    EXPECT_THAT(requests_[i], HasSubstr(base::base64_encode(tpm_->storage_root_key())));
    EXPECT_THAT(requests_[i], HasSubstr(R"("payload":{"model":"p-7"})"));
  }
  EXPECT_THAT(header(requests_[1], "Authorization"), HasSubstr("&skn=registration"));
  EXPECT_THAT(requests_[2], HasSubstr("GET /0ne00ABCDEF/registrations/pump/operations/4.op?"));
  EXPECT_EQ(header(requests_[2], "Authorization"), header(requests_[1], "Authorization"));
}

TEST_F(TpmRegistrationTest, ARefusalWithoutAChallengeIsOne) {
  answer_ = [](const std::string&) { return http(401, R"({"message":"Unauthorized"})"); };
  const Outcome done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().trouble, Trouble::kRefused);
  EXPECT_EQ(done.error().status, 401);
  EXPECT_EQ(done.error().what, "Unauthorized");
}

TEST_F(TpmRegistrationTest, AChallengeForAnotherTpmIsNotAnswered) {
  answer_ = [this](const std::string&) {
    std::string blob = wrapped(key_of(1));
    blob[100] = blob[100] == 'A' ? 'B' : 'A';
    return http(401, R"({"authenticationKey":")" + blob + R"(","keyName":"registration"})");
  };
  const Outcome done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().trouble, Trouble::kFailed);
  EXPECT_THAT(done.error().what, HasSubstr("berth tpm show"));
  server_.seen();
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(TpmRegistrationTest, ARefusedAnswerIsARefusal) {
  answer_ = [this](const std::string& request) {
    const bool answers = !header(request, "Authorization").empty();
    return answers ? http(401, R"({"message":"too late"})") : challenge();
  };
  const Outcome done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().trouble, Trouble::kRefused);
  EXPECT_EQ(done.error().what, "too late");
}

TEST_F(TpmRegistrationTest, AssignedWithoutAKeyForTheTpmIsNoRegistration) {
  answer_ = [this](const std::string& request) {
    if (!request.starts_with("GET")) return well(request);
    return http(200, R"({"status":"assigned","registrationState":{"assignedHub":"h"}})");
  };
  const Outcome done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().trouble, Trouble::kProtocol);
}

TEST_F(TpmRegistrationTest, AFailedRegistrationSaysSo) {
  answer_ = [this](const std::string& request) {
    if (!request.starts_with("GET")) return well(request);
    return http(200, R"({"status":"failed","registrationState":{"errorMessage":"no hub"}})");
  };
  const Outcome done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().trouble, Trouble::kFailed);
  EXPECT_THAT(done.error().what, HasSubstr("no hub"));
}

TEST_F(TpmRegistrationTest, WaitsNoLongerThanItsPolls) {
  answer_ = [this](const std::string& request) {
    return request.starts_with("PUT") ? well(request) : http(202, kAssigning);
  };
  const Outcome done = run();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().trouble, Trouble::kTimeout);
  server_.seen();
  EXPECT_EQ(requests_.size(), 5U);  // two to register, three polls
}

TEST_F(TpmRegistrationTest, VisitsItsHubWithATokenThatTheTpmSigns) {
  ASSERT_TRUE(run());
  std::string password;
  server_.lets_in = [&](const wire::MqttConnect& connect) {
    password.assign(connect.password.value().text());
    return true;
  };
  TpmVisit visit;
  visit.hub = "localhost";
  visit.device_id = "pump";
  visit.port = server_.port();
  visit.messages = 2;
  visit.interval = std::chrono::milliseconds(0);
  const Result<void, HubError> visited = visit_hub(*tpm_, visit, *tls_, clock_);
  ASSERT_TRUE(visited) << visited.error().what;
  server_.seen();
  EXPECT_TRUE(is_signed_with(key_of(2), password)) << password;
  EXPECT_EQ(part(password, "SharedAccessSignature sr"), "localhost%2Fdevices%2Fpump");
}

TEST_F(TpmRegistrationTest, AVisitWithoutAKeyFailsBeforeItConnects) {
  ASSERT_TRUE(tpm_->forget_key());
  TpmVisit visit;
  visit.hub = "localhost";
  visit.device_id = "pump";
  visit.port = server_.port();
  const int before = server_.connections();
  const Result<void, HubError> visited = visit_hub(*tpm_, visit, *tls_, clock_);
  ASSERT_FALSE(visited);
  EXPECT_EQ(visited.error().trouble, Trouble::kFailed);
  EXPECT_EQ(server_.connections(), before);
}

TEST(TpmMessages, ReadOnlyWhatHasASensibleBlob) {
  EXPECT_TRUE(read_tpm_challenge(R"({"authenticationKey":"AAAA","keyName":"k"})"));
  EXPECT_EQ(read_tpm_challenge(R"({"authenticationKey":"AAAA"})")->key_name, "registration");
  for (const char* body :
       {"", "[]", "{}", R"({"authenticationKey":7})", R"({"authenticationKey":"not base64"})",
        R"({"authenticationKey":""})", R"({"authenticationKey":"AAAA","keyName":""})"}) {
    EXPECT_FALSE(read_tpm_challenge(body)) << body;
  }
  const std::string large = base::base64_encode(Bytes(4'097));
  EXPECT_FALSE(read_tpm_challenge(R"({"authenticationKey":")" + large + "\"}"));
  EXPECT_TRUE(read_tpm_key(R"({"registrationState":{"tpm":{"authenticationKey":"AAAA"}}})"));
  for (const char* body :
       {"", "{}", R"({"registrationState":{}})", R"({"registrationState":{"tpm":"AAAA"}})"}) {
    EXPECT_FALSE(read_tpm_key(body)) << body;
  }
}

TEST(TpmMessages, PayloadsMustBeJson) {
  const Bytes key = {1, 2, 3};
  EXPECT_TRUE(tpm_request_body("id", {key, key}, ""));
  EXPECT_FALSE(tpm_request_body("id", {key, key}, "{"));
}

}  // namespace
}  // namespace berth::device
