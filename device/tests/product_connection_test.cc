#include "berth/device/product_connection.h"

#include "device/tests/fake_hub.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace berth::device {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using testing::FakeHub;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::Protection;
using ::testing::StartsWith;

constexpr const char* kSecret = "AAECAwQFBgcICQoLDA0ODw==";
constexpr const char* kIdentity = "ABCDE12345xyz";

// What a server knows: one device, and its key. Answers OpenSSL during the handshake.
unsigned know_key(SSL*, const char* identity, unsigned char* key, unsigned) {
  if (std::string_view(identity) != kIdentity) return 0;
  for (unsigned char i = 0; i < 16; ++i) key[i] = i;
  return 16;
}

Protection shared_key() {
  return {.configure = [](SSL_CTX* context) {
    SSL_CTX_set_cipher_list(context, "PSK-AES128-CBC-SHA:PSK-AES256-CBC-SHA");
    SSL_CTX_set_psk_server_callback(context, &know_key);
  }};
}

struct Watcher final : ProductConnectionObserver {
  std::vector<std::string> lines;
  std::function<void(std::string_view)> when_said = [](std::string_view) {};

  void say(std::string_view line) override {
    lines.emplace_back(line);
    when_said(line);
  }
};

class ProductConnection : public ::testing::Test {
 protected:
  ProductConnection() {
    device_.product_id = "ABCDE12345";
    device_.device_name = "xyz";
    device_.is_registered = true;
    credential_.device_secret = Secret::from_text(kSecret);
  }
  void start(const Protection& protection) {
    hub_.emplace(protection);
    options_.host = "localhost";
    options_.port = hub_->port();
    options_.ca = hub_->ca();
    options_.timeout = std::chrono::milliseconds(5'000);
    options_.once = true;
    hub_->lets_in = [this](const wire::MqttConnect& connect) {
      user_name_ = connect.user_name.value_or("-");
      password_ = connect.password ? std::string(connect.password->text()) : "-";
      return lets_in_;
    };
  }
  Result<void> run() {
    return connect_product_device({device_, credential_}, options_, watcher_, clock_, rng_);
  }
  Error error() {
    Result<void> done = run();
    EXPECT_FALSE(done);
    return done ? Error() : std::move(done).error();
  }

  base::FakeClock clock_;
  base::SeededRng rng_{7};
  DeviceInfo device_;
  DeviceCredential credential_;
  ProductConnectionOptions options_;
  Watcher watcher_;
  std::string user_name_;
  std::string password_;
  bool lets_in_ = true;
  std::optional<FakeHub> hub_;  // last: its thread uses the rest
};

TEST_F(ProductConnection, TheSharedKeyIsProofEnough) {
  start(shared_key());
  options_.message = R"({"t":21})";
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_THAT(hub_->seen(),
              ElementsAre(StartsWith("CONNECT ABCDE12345xyz ABCDE12345xyz;21010406;"),
                          "SUBSCRIBE ABCDE12345/xyz/control", "SUBSCRIBE ABCDE12345/xyz/data",
                          R"(PUBLISH ABCDE12345/xyz/event {"t":21})", "DISCONNECT"));
  EXPECT_EQ(password_, "-");
  EXPECT_THAT(watcher_.lines,
              ElementsAre(HasSubstr(" as ABCDE12345xyz with its secret as the shared key of TLS"),
                          "listening to ABCDE12345/xyz/control", "listening to ABCDE12345/xyz/data",
                          "the server acknowledged the message to ABCDE12345/xyz/event"));
}

TEST_F(ProductConnection, AnotherSecretEndsTheHandshakeWithAHint) {
  start(shared_key());
  credential_.device_secret = Secret::from_text("AAECAwQFBgcICQoLDA0ODg==");
  Error refused = error();
  EXPECT_EQ(refused.kind, ErrorKind::kUnauthenticated);
  EXPECT_THAT(refused.what, HasSubstr(" ended the TLS handshake: "));
  EXPECT_THAT(refused.mend, HasSubstr("another secret for this device"));
  EXPECT_THAT(refused.mend, HasSubstr("berth trail explain ABCDE12345xyz"));
  device_.device_name = "unknown";
  credential_.device_secret = Secret::from_text(kSecret);
  refused = error();
  EXPECT_EQ(refused.kind, ErrorKind::kUnauthenticated);
  EXPECT_THAT(refused.what, HasSubstr(" ended the TLS handshake: "));
  EXPECT_THAT(watcher_.lines, IsEmpty());
}

TEST_F(ProductConnection, APasswordOverTlsIsMadeOfTheWholeUserName) {
  start({});
  options_.with_password = true;
  const Secret key = *base::base64_decode_secret(kSecret);
  ASSERT_TRUE(run());
  EXPECT_THAT(user_name_, ::testing::MatchesRegex("ABCDE12345xyz;21010406;[A-Za-z0-9]{5};[0-9]+"));
  EXPECT_THAT(user_name_,
              HasSubstr(";" + std::to_string(base::to_unix_seconds(clock_.wall()) + 3600)));
  EXPECT_EQ(password_, product_password(PasswordMac::kSha256, key, user_name_).text());
  options_.mac = PasswordMac::kSha1;
  ASSERT_TRUE(run());
  EXPECT_EQ(password_, product_password(PasswordMac::kSha1, key, user_name_).text());
  EXPECT_THAT(password_, ::testing::EndsWith(";hmacsha1"));
}

TEST_F(ProductConnection, WithoutTlsThePasswordIsTheProof) {
  start({.tls = false});
  options_.plain = true;
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_THAT(password_, ::testing::EndsWith(";hmacsha256"));
  EXPECT_THAT(watcher_.lines, Contains(::testing::EndsWith("of its secret, without TLS")));
}

TEST_F(ProductConnection, ACertificateIsShownAndNoPasswordSent) {
  base::SystemRng rng;
  const base::SystemClock clock;
  const auto authority = crypto::Authority::create("Device CA", rng, clock);
  const auto mine = authority->issue_client(kIdentity, rng, clock);
  const std::filesystem::path ca =
      std::filesystem::temp_directory_path() / ("berth-device-ca-" + rng.hex(8) + ".pem");
  std::ofstream(ca) << authority->certificate_pem();
  const Protection demanding{.configure = [&](SSL_CTX* context) {
    SSL_CTX_load_verify_locations(context, ca.c_str(), nullptr);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }};
  start(demanding);
  std::filesystem::remove(ca);
  device_.mode = AuthMode::kCertificate;
  credential_.certificate_pem = mine->certificate_pem;
  credential_.key_pem = mine->private_key_pem.clone();
  const auto done = run();
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(password_, "-");
  EXPECT_THAT(watcher_.lines, Contains(::testing::EndsWith("with its certificate")));

  // As the vendor's C library saves it: a blank before the end of each line.
  std::string spaced;
  for (const char c : mine->certificate_pem) spaced += c == '\n' ? " \n" : std::string(1, c);
  credential_.certificate_pem = spaced;
  EXPECT_TRUE(run());

  const auto stranger = crypto::Authority::create("Other CA", rng, clock);
  const auto theirs = stranger->issue_client(kIdentity, rng, clock);
  credential_.certificate_pem = theirs->certificate_pem;
  credential_.key_pem = theirs->private_key_pem.clone();
  const Error refused = error();
  EXPECT_EQ(refused.kind, ErrorKind::kUnauthenticated);
  EXPECT_THAT(refused.mend, HasSubstr("the device's own is another one now"));
  options_.plain = true;
  EXPECT_EQ(error().kind, ErrorKind::kInvalid);
}

TEST_F(ProductConnection, ARefusedConnectNamesTheCode) {
  start({.tls = false});
  options_.plain = true;
  lets_in_ = false;
  const Error refused = error();
  EXPECT_EQ(refused.kind, ErrorKind::kUnauthenticated);
  EXPECT_THAT(refused.what, HasSubstr(" refused device ABCDE12345xyz (CONNACK 5): the server does "
                                      "not let this client in"));
}

TEST_F(ProductConnection, ARefusedSubscriptionIsSaidAndNotTheEnd) {
  start(shared_key());
  hub_->answer = [this](const mqtt::MqttPacket& packet) {
    const auto* subscribe = std::get_if<wire::MqttSubscribe>(&packet);
    const bool refuses =
        subscribe != nullptr && subscribe->subscriptions[0].filter.ends_with("control");
    if (!refuses) return hub_->usual(packet);
    std::string out;
    mqtt::encode_mqtt(wire::MqttSuback{subscribe->packet_id, {0x80}}, out);
    return out;
  };
  options_.message = "m";
  EXPECT_TRUE(run());
  EXPECT_THAT(watcher_.lines,
              Contains("the server does not let this device listen to ABCDE12345/xyz/control: the "
                       "product's topics do not allow it"));
  EXPECT_THAT(watcher_.lines, Contains("listening to ABCDE12345/xyz/data"));
}

TEST_F(ProductConnection, AMessageThatIsNotAcknowledgedHasFailed) {
  start(shared_key());
  hub_->answer = [this](const mqtt::MqttPacket& packet) {
    return std::holds_alternative<wire::MqttPublish>(packet) ? "close" : hub_->usual(packet);
  };
  options_.message = "m";
  options_.topic = "$sys/operation/ABCDE12345/xyz";
  const Error failed = error();
  EXPECT_EQ(failed.kind, ErrorKind::kForbidden);
  EXPECT_THAT(failed.what, HasSubstr("the message to $sys/operation/ABCDE12345/xyz: "));
}

TEST_F(ProductConnection, MessagesArePrintedUntilASignalComes) {
  start(shared_key());
  options_.once = false;
  options_.message = "hello";
  options_.topic = "data";
  hub_->after_message = FakeHub::published("ABCDE12345/xyz/control", R"({"on":true})", 1);
  watcher_.when_said = [](std::string_view line) {
    if (line.starts_with("received ")) std::raise(SIGINT);
  };
  ASSERT_TRUE(run());
  EXPECT_THAT(watcher_.lines, Contains(R"(received ABCDE12345/xyz/control: {"on":true})"));
  EXPECT_THAT(hub_->seen(), Contains("PUBLISH ABCDE12345/xyz/data hello"));
  EXPECT_EQ(hub_->seen().back(), "DISCONNECT");
}

TEST_F(ProductConnection, ALostConnectionIsAnError) {
  start(shared_key());
  options_.once = false;
  hub_->answer = [this](const mqtt::MqttPacket& packet) {
    const auto* subscribe = std::get_if<wire::MqttSubscribe>(&packet);
    const bool last = subscribe != nullptr && subscribe->subscriptions[0].filter.ends_with("data");
    return last ? "close" : hub_->usual(packet);
  };
  const Error lost = error();
  EXPECT_EQ(lost.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(lost.what, HasSubstr(" was lost: "));
}

TEST_F(ProductConnection, AServerThatCannotBeReachedIsNamed) {
  start({});
  options_.with_password = true;
  options_.ca = "";
  EXPECT_THAT(error().mend, HasSubstr("--ca-file"));
  options_.plain = true;
  hub_.reset();
  const Error gone = error();
  EXPECT_EQ(gone.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(gone.what, HasSubstr(" cannot be reached: "));
  EXPECT_THAT(gone.mend, HasSubstr("MQTT without TLS"));
}

TEST_F(ProductConnection, ASecretThatTlsCannotShareIsSaid) {
  start(shared_key());
  credential_.device_secret = Secret::from_text(base::base64_encode(base::Bytes(65, 1)));
  EXPECT_THAT(error().what, HasSubstr("65 bytes"));
}

}  // namespace
}  // namespace berth::device
