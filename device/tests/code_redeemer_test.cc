// Redeeming credential codes of every form at a server that is faked: what is asked of it, what
// comes of its answers, and that no failure tells a secret.
#include "berth/device/code_redeemer.h"

#include "base/codec.h"
#include "crypto/certificate.h"
#include "crypto/code_envelope.h"
#include "crypto/code_text.h"
#include "crypto/csr.h"
#include "crypto/legacy_code.h"
#include "device/code_messages.h"
#include "device/tests/tls_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

namespace berth::device {
namespace {

namespace json = boost::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::http;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TlsServer;

constexpr std::string_view kToken = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
constexpr std::string_view kKey = "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=";
constexpr std::string_view kClaimed =
    R"({"deviceId":"sn-1","registrationId":"sn-1","scopeId":"0ne0000000A",)"
    R"("modelId":"dtmi:com:example:Thermostat;1","endpoint":"berth.example.net:8443",)"
    R"("hubHint":"hub-1"})";

class Listener final : public CodeObserver {
 public:
  void say(std::string_view line) override { lines.emplace_back(line); }
  Result<Secret> passphrase(unsigned attempt) override {
    ++asked;
    if (attempt < words.size()) return Secret::from_text(words[attempt]);
    return Fail(ErrorKind::kUnauthenticated, "nobody knows it");
  }
  std::vector<std::string> lines;
  std::vector<std::string> words;
  unsigned asked = 0;
};

class CodeRedeemer : public ::testing::Test {
 protected:
  void start(std::string reply) {
    server_.emplace([this, reply](const std::string& request) {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
      return reply;
    });
    options_.server = {"localhost", server_->port()};
    options_.ca = server_->ca();
    options_.timeout = std::chrono::milliseconds(5'000);
  }
  Result<RedeemedDevice> run(std::string_view text) {
    return redeem_code(text, options_, {listener_, clock_, rng_});
  }
  Error error(std::string_view text) {
    const Result<RedeemedDevice> done = run(text);
    EXPECT_FALSE(done);
    return done ? Error() : done.error();
  }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  std::string authority() const { return "localhost:" + std::to_string(server_->port()); }
  std::string link() const {
    return std::string(crypto::claim_link(authority(), "0a1b", Secret::from_text(kToken)).text());
  }
  crypto::Envelope envelope(std::string_view passphrase, std::string_view endpoint = "") {
    crypto::EnvelopeContent content;
    content.device_id = "sn-1";
    content.scope_id = "0ne0000000A";
    content.device_key = Secret::from_text(kKey);
    content.endpoint = endpoint;
    content.hub_hint = "hub-1";
    return crypto::seal_envelope(
               content, Secret::from_text(passphrase),
               {"0a1b", clock_.wall() + std::chrono::hours(1), crypto::Argon2idCost{19'456, 2, 1}},
               rng_)
        .value();
  }
  std::string compatible(std::string_view passphrase) {
    const crypto::CompatibleCredential credential{"sn-1", Secret::from_text(kKey), "0ne0000000A",
                                                  "urn:x:1"};
    const Result<Secret> code =
        passphrase.empty() ? crypto::make_plain_compatible_code(credential)
                           : crypto::make_compatible_code(credential, Secret::from_text(passphrase),
                                                          crypto::PassphraseInCode::kLeftOut, rng_);
    return std::string(code->text());
  }

  base::FakeClock clock_;
  base::SeededRng rng_{7};
  Listener listener_;
  RedeemOptions options_;
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::optional<TlsServer> server_;  // last: its thread uses the rest
};

std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

TEST_F(CodeRedeemer, ClaimsWithASigningRequestOfItsOwnKey) {
  start(http(201, std::string(kClaimed)));
  const Result<RedeemedDevice> device = run(link());
  ASSERT_TRUE(device) << device.error().what;
  EXPECT_EQ(device->device_id, "sn-1");
  EXPECT_EQ(device->id_scope, "0ne0000000A");
  EXPECT_EQ(device->model_id, "dtmi:com:example:Thermostat;1");
  EXPECT_EQ(device->service.host, "berth.example.net");
  EXPECT_EQ(device->service.port, 8443);
  EXPECT_EQ(device->hub_hint, "hub-1");
  EXPECT_TRUE(device->key.empty());
  EXPECT_THAT(std::string(device->key_pem.text()), StartsWith("-----BEGIN PRIVATE KEY-----"));
  ASSERT_EQ(requests().size(), 1U);
  const std::string request = requests().front();
  EXPECT_THAT(request, StartsWith("POST /claim/0a1b HTTP/1.1\r\nHost: " + authority() + "\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nAuthorization: Bearer " + std::string(kToken) + "\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\nContent-Type: application/json\r\n"));
  const json::object sent = json::parse(body_of(request)).as_object();
  ASSERT_EQ(sent.size(), 1U);
  const auto csr = crypto::csr_der(std::string(sent.at("csr").as_string()));
  ASSERT_TRUE(csr);
  const auto asked = crypto::read_csr(*csr);
  ASSERT_TRUE(asked) << asked.error().what;
  EXPECT_TRUE(asked->common_name.empty());
}

TEST_F(CodeRedeemer, ShowsTheCertificateOfTheKeyItAskedFor) {
  start(http(201, std::string(kClaimed)));
  const Result<RedeemedDevice> device = run(link());
  ASSERT_TRUE(device) << device.error().what;
  Result<TlsContext> tls = TlsContext::trusting({});
  ASSERT_TRUE(tls);
  EXPECT_TRUE(tls->present(device->certificate_pem, device->key_pem));
}

TEST_F(CodeRedeemer, ClaimsWithASymmetricKeyWhenToldTo) {
  start(http(201, std::string(kClaimed)));
  options_.claim_key = ClaimKey::kSymmetric;
  const Result<RedeemedDevice> device = run(link());
  ASSERT_TRUE(device) << device.error().what;
  EXPECT_TRUE(device->key_pem.empty());
  const json::object sent = json::parse(body_of(requests().front())).as_object();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent.at("symmetricKey").as_string(), device->key.text());
  EXPECT_EQ(base::base64_decode(device->key.text())->size(), 32U);
}

TEST_F(CodeRedeemer, GoesToTheServerOfTheLinkNotToTheUsualOne) {
  start(http(201, R"({"deviceId":"sn-1","scopeId":"0ne0000000A"})"));
  options_.server = {"elsewhere.invalid", 1};
  const Result<RedeemedDevice> device = run(link());
  ASSERT_TRUE(device) << device.error().what;
  EXPECT_EQ(device->device_id, "sn-1");
  EXPECT_EQ(to_string(device->service), authority());
}

TEST_F(CodeRedeemer, PicksUpAnEnvelopeThatItsLettersOpen) {
  start(http(200, crypto::envelope_json(envelope("7K2M9QRTXC", "berth.example.net"))));
  const Result<RedeemedDevice> device = run(" 7k2m-9qrt-xc\n");
  ASSERT_TRUE(device) << device.error().what;
  EXPECT_EQ(device->key.text(), kKey);
  EXPECT_EQ(to_string(device->service), "berth.example.net");
  EXPECT_EQ(listener_.asked, 0U);
  EXPECT_THAT(requests().front(), StartsWith("POST /pickup HTTP/1.1\r\n"));
  EXPECT_EQ(body_of(requests().front()), R"({"pickup":"7K2M9QRTXC"})");
}

TEST_F(CodeRedeemer, AsksForThePassphraseOfWhatWasPickedUpWhenLettersDoNotOpenIt) {
  start(http(200, crypto::envelope_json(envelope("correct horse"))));
  listener_.words = {"wrong", "correct horse"};
  const Result<RedeemedDevice> device = run("7K2M-9QRT-XC");
  ASSERT_TRUE(device) << device.error().what;
  EXPECT_EQ(listener_.asked, 2U);
  EXPECT_EQ(to_string(device->service), authority());
  EXPECT_EQ(requests().size(), 1U);  // a pick-up is good once
}

TEST_F(CodeRedeemer, PicksUpAClaimAndRedeemsIt) {
  server_.emplace([this](const std::string& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    return request.starts_with("POST /pickup ")
               ? http(200, json::serialize(json::object{{"code", link()}}))
               : http(201, std::string(kClaimed));
  });
  options_.server = {"localhost", server_->port()};
  options_.ca = server_->ca();
  const Result<RedeemedDevice> device = run("7K2M-9QRT-XC");
  ASSERT_TRUE(device) << device.error().what;
  ASSERT_EQ(requests().size(), 2U);
  EXPECT_THAT(requests()[1], StartsWith("POST /claim/0a1b HTTP/1.1\r\n"));
}

TEST_F(CodeRedeemer, ANumberIsGoodForACompatibleCode) {
  start(http(200, compatible("correct horse"), "Content-Type: text/html; charset=utf-8\r\n"));
  listener_.words = {"correct horse"};
  const Result<RedeemedDevice> device = run("12135");
  ASSERT_TRUE(device) << device.error().what;
  EXPECT_EQ(device->device_id, "sn-1");
  EXPECT_EQ(device->key.text(), kKey);
  EXPECT_EQ(device->model_id, "urn:x:1");
  EXPECT_EQ(to_string(device->service), authority());
  EXPECT_THAT(requests().front(), StartsWith("GET /numeric?numeric=12135 HTTP/1.1\r\n"));
}

TEST_F(CodeRedeemer, ACodeForAnotherCodeIsRefused) {
  start(http(200, "7K2M-9QRT-XC"));
  EXPECT_EQ(error("12135").kind, ErrorKind::kUnavailable);
  EXPECT_EQ(requests().size(), 1U);
}

TEST_F(CodeRedeemer, ReadsEnvelopesAndCompatibleCodesWithoutANetwork) {
  const crypto::Envelope sealed = envelope("correct horse", "berth.example.net:8443");
  const std::string base64url = crypto::envelope_base64url(sealed);
  listener_.words = {"correct horse"};
  for (const std::string& text :
       {crypto::envelope_link("berth.example.net:8443", "0a1b", base64url),
        crypto::envelope_scheme(base64url), crypto::envelope_json(sealed)}) {
    const Result<RedeemedDevice> device = run(text);
    ASSERT_TRUE(device) << device.error().what;
    EXPECT_EQ(device->device_id, "sn-1");
    EXPECT_EQ(to_string(device->service), "berth.example.net:8443");
  }
  for (const std::string& text : {compatible(""), compatible("correct horse")}) {
    const Result<RedeemedDevice> device = open_code(text, options_, {listener_, clock_, rng_});
    ASSERT_TRUE(device) << device.error().what;
    EXPECT_EQ(device->key.text(), kKey);
    EXPECT_TRUE(device->service.host.empty());
  }
}

TEST_F(CodeRedeemer, OpeningAloneNeverAsksAServer) {
  start(http(201, std::string(kClaimed)));
  for (const std::string& text : {link(), std::string("7K2M-9QRT-XC"), std::string("12135")}) {
    const Result<RedeemedDevice> refused = open_code(text, options_, {listener_, clock_, rng_});
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  }
  EXPECT_TRUE(requests().empty());
}

TEST_F(CodeRedeemer, AnExpiredEnvelopeIsRefused) {
  const std::string text = crypto::envelope_json(envelope("correct horse"));
  clock_.advance(std::chrono::hours(2));
  listener_.words = {"correct horse"};
  const Error refused = error(text);
  EXPECT_EQ(refused.kind, ErrorKind::kInvalid);
  EXPECT_THAT(refused.what, HasSubstr("expired"));
  EXPECT_EQ(listener_.asked, 0U);
}

TEST_F(CodeRedeemer, AWrongPassphraseIsAskedForAFewTimesOnly) {
  listener_.words = std::vector<std::string>(20, "wrong");
  EXPECT_EQ(error(crypto::envelope_json(envelope("correct horse"))).kind,
            ErrorKind::kUnauthenticated);
  EXPECT_EQ(listener_.asked, kPassphraseAttemptsMax);
  listener_.asked = 0;
  EXPECT_EQ(error(compatible("correct horse")).kind, ErrorKind::kInvalid);
  EXPECT_EQ(listener_.asked, kPassphraseAttemptsMax);
}

TEST_F(CodeRedeemer, SaysWhatARefusalMeans) {
  struct Case {
    int status;
    ErrorKind kind;
  };
  for (const Case& each : {Case{404, ErrorKind::kNotFound}, Case{429, ErrorKind::kTooMany},
                           Case{400, ErrorKind::kInvalid}, Case{401, ErrorKind::kForbidden},
                           Case{403, ErrorKind::kForbidden}, Case{500, ErrorKind::kUnavailable},
                           Case{200, ErrorKind::kUnavailable}}) {
    start(http(each.status, R"({"title":"T","detail":"in its own words"})"));
    const Error refused = error(link());
    EXPECT_EQ(refused.kind, each.kind) << each.status;
    EXPECT_EQ(refused.what.find(kToken), std::string::npos);
    EXPECT_FALSE(refused.mend.empty());
    if (each.status != 404) {
      EXPECT_THAT(refused.what, HasSubstr("in its own words")) << each.status;
    }
  }
}

TEST_F(CodeRedeemer, AnAnswerThatNamesNoDeviceIsNone) {
  for (const std::string_view body :
       {"", "[]", "{}", R"({"deviceId":"sn-1"})", R"({"deviceId":1,"scopeId":"0ne"})",
        R"({"deviceId":"sn-1","scopeId":"0ne1","endpoint":"a b"})"}) {
    start(http(201, std::string(body)));
    EXPECT_FALSE(run(link())) << body;
  }
  start(http(201, R"({"scopeId":"0ne1","deviceId":")" + std::string(513, 'd') + "\"}"));
  EXPECT_EQ(error(link()).kind, ErrorKind::kUnavailable);
}

TEST_F(CodeRedeemer, WithoutAServerSomeCodesAreGoodForNothing) {
  EXPECT_EQ(error("7K2M-9QRT-XC").kind, ErrorKind::kInvalid);
  EXPECT_EQ(error("12135").kind, ErrorKind::kInvalid);
  EXPECT_EQ(error("no code").kind, ErrorKind::kInvalid);
}

TEST_F(CodeRedeemer, AServerOfAnotherCaIsNotTrusted) {
  start(http(201, std::string(kClaimed)));
  options_.ca.clear();
  const Error refused = error(link());
  EXPECT_EQ(refused.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(refused.mend, HasSubstr("--ca"));
  EXPECT_TRUE(requests().empty());
}

TEST_F(CodeRedeemer, SaysTheStepsWithoutSecrets) {
  start(http(200, crypto::envelope_json(envelope("7K2M9QRTXC", "berth.example.net"))));
  ASSERT_TRUE(run("7K2M-9QRT-XC"));
  EXPECT_THAT(
      listener_.lines,
      ElementsAre("this is a pick-up code", "picking up what the code stands for at " + authority(),
                  "it is an envelope", "it makes this device sn-1 of ID scope 0ne0000000A"));
  EXPECT_THAT(listener_.lines, Not(Contains(HasSubstr(std::string(kKey)))));
}

TEST(CodeServer, IsHostAndPort) {
  EXPECT_EQ(to_string(*read_code_server("berth.example.net")), "berth.example.net");
  EXPECT_EQ(to_string(*read_code_server("berth.example.net:8443")), "berth.example.net:8443");
  EXPECT_EQ(to_string(*read_code_server("[::1]:8443")), "[::1]:8443");
  EXPECT_EQ(read_code_server("::1")->host, "::1");
  EXPECT_EQ(read_code_server("berth.example.net:443")->port, 443);
  for (const std::string_view text :
       {"", ":8443", "a b", "https://a", "a:0", "a:65536", "a:x", "a/b", "a\nb"}) {
    EXPECT_FALSE(read_code_server(text)) << text;
  }
}

}  // namespace
}  // namespace berth::device
