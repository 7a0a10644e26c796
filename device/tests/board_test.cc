// A simulated board against a cloud that is simulated, too: what it presents, says and sends.
#include "berth/device/board.h"

#include "base/rng.h"
#include "crypto/authority.h"
#include "device/tests/fake_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::device {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FakeHub;
using ::testing::HasSubstr;
using testing::http;
using ::testing::Not;
using testing::Protection;
using ::testing::StartsWith;

class Serial final : public BoardObserver {
 public:
  void say(std::string_view line) override { lines.emplace_back(line); }
  std::vector<std::string> lines;
};

// The subjects of the certificates that the last client showed, its own first.
struct Shown {
  std::vector<std::string> subjects;

  Protection asking() {
    Protection protection;
    protection.configure = [this](SSL_CTX* context) {
      SSL_CTX_set_app_data(context, this);
      SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
      SSL_CTX_set_cert_verify_callback(
          context,
          [](X509_STORE_CTX* check, void* self) {
            static_cast<Shown*>(self)->note(X509_STORE_CTX_get0_untrusted(check));
            return 1;
          },
          this);
    };
    return protection;
  }
  void note(STACK_OF(X509) * chain) {
    subjects.clear();
    for (int i = 0; i < sk_X509_num(chain); ++i) {
      std::array<char, 128> name{};
      X509_NAME_get_text_by_NID(X509_get_subject_name(sk_X509_value(chain, i)), NID_commonName,
                                name.data(), static_cast<int>(name.size()));
      subjects.emplace_back(name.data());
    }
  }
};

class BoardTest : public ::testing::Test {
 protected:
  BoardTest() : cloud_(shown_.asking()) {
    cloud_.provision = [this](const std::string& request) {
      requests_.push_back(request);
      return request.starts_with("PUT")
                 ? http(202, R"({"operationId":"4.op","status":"assigning"})")
                 : http(200, R"({"operationId":"4.op","status":"assigned","registrationState":)"
                             R"({"assignedHub":"hub.localhost","deviceId":"kit-7"}})");
    };
    base::SystemRng rng;
    const base::SystemClock clock;
    const auto issuer = crypto::Authority::create("Board maker", rng, clock);
    auto issued = issuer->issue_client("kit-7", rng, clock);
    options_.identity.registration_id = "kit-7";
    options_.identity.certificates_pem = issued->certificate_pem + issuer->certificate_pem();
    options_.identity.key_pem = std::move(issued->private_key_pem);
    options_.mac = "c8930123456a";
    options_.version = "1.3.7";
    options_.id_scope = "0neA";
    options_.host = "localhost";
    options_.port = cloud_.port();
    options_.mqtt_port = cloud_.port();
    options_.ca = cloud_.ca();
    options_.interval = std::chrono::milliseconds(0);
    options_.poll_delay = std::chrono::milliseconds(0);
  }
  Result<BoardReport> run() {
    serial_.lines.clear();
    return run_board(options_, serial_, clock_);
  }

  Shown shown_;
  FakeHub cloud_;
  std::vector<std::string> requests_;
  Serial serial_;
  base::SystemClock clock_;
  BoardOptions options_;
};

TEST_F(BoardTest, RegistersAndConnectsWithItsCertificateAlone) {
  options_.messages = 2;
  const Result<BoardReport> done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->hub, "hub.localhost");
  EXPECT_EQ(done->acknowledged, 2U);
  EXPECT_THAT(serial_.lines,
              ElementsAre("DevKit MAC Address: c8930123456a", "DevKit Firmware Version: 1.3.7",
                          "Registration id: kit-7", "Registration status: CONNECTED",
                          "Registration status: REGISTERING", "Registration status: ASSIGNING",
                          "Registration Information received from service: hub.localhost!",
                          "DPS connected!", "connected to hub.localhost as device kit-7",
                          "telemetry: 1 of 2 acknowledged", "telemetry: 2 of 2 acknowledged"));
  EXPECT_THAT(shown_.subjects, ElementsAre("kit-7", "Board maker"));
  ASSERT_FALSE(requests_.empty());
  EXPECT_THAT(requests_[0], AllOf(StartsWith("PUT /0neA/registrations/kit-7/register?"),
                                  Not(HasSubstr("Authorization"))));
  EXPECT_THAT(cloud_.seen().front(), AllOf(StartsWith("CONNECT kit-7"), Not(HasSubstr("sig="))));
}

TEST_F(BoardTest, EndsAfterTheRegistrationWhenItHasNothingToSend) {
  options_.messages = 0;
  ASSERT_TRUE(run());
  EXPECT_EQ(serial_.lines.back(), "DPS connected!");
}

TEST_F(BoardTest, SaysWhyItWasRefused) {
  cloud_.provision = [](const std::string&) { return http(401, R"({"message":"Unauthorized"})"); };
  const Result<BoardReport> refused = run();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnauthenticated);
  EXPECT_THAT(refused.error().what, HasSubstr("refused the board kit-7: Unauthorized"));
  EXPECT_EQ(refused.error().mend, "berth trail explain kit-7");
  EXPECT_EQ(serial_.lines.back(), "Failure encountered on registration!");
}

TEST_F(BoardTest, SaysThatTheHubRefusedItsCertificate) {
  cloud_.lets_in = [](const wire::MqttConnect&) { return false; };
  const Result<BoardReport> refused = run();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnauthenticated);
  EXPECT_THAT(refused.error().what, HasSubstr("did not accept this certificate"));
}

TEST_F(BoardTest, RefusesACertificateThatIsNotTheKeys) {
  base::SystemRng rng;
  const auto other = crypto::Authority::create("Another", rng, clock_);
  options_.identity.certificates_pem = other->certificate_pem();
  EXPECT_EQ(run().error().kind, ErrorKind::kInvalid);
  EXPECT_TRUE(requests_.empty());
}

}  // namespace
}  // namespace berth::device
