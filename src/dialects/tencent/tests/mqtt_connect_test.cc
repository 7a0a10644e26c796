// Who a device says it is, and what a refused one hears (tencent.md §5.4, §7.2 to §7.5).
#include "crypto/authority.h"
#include "crypto/certificate.h"
#include "dialects/tencent/connect.h"
#include "dialects/tencent/tests/mqtt_harness.h"
#include "dialects/tencent/user_name.h"

#include <gtest/gtest.h>

namespace berth::dialects::tencent {
namespace {

using testing::claim_of;
using testing::connect_packet;
using testing::Connection;
using testing::malformed_in;

constexpr std::string_view kUserName = "S3EUVBRJLBdev1;21010406;rfozK;9223372036854775807";

base::Bytes certificate_of(std::string_view common_name) {
  base::SeededRng rng(7);
  const base::FakeClock clock;
  const auto authority = crypto::Authority::create("A CA", rng, clock);
  const auto issued = authority->issue_client(common_name, rng, clock);
  return crypto::certificate_der(issued->certificate_pem).value();
}

TEST(TencentConnect, TheVectorsVerifyWithTheirSecrets) {
  struct Vector {
    std::string_view secret;
    std::string_view user_name;
    std::string_view password;
    std::optional<std::int64_t> expires;
  };
  const Vector vectors[] = {
      {"QUFBQUFBQUFBQUFBQUFBQQ==", kUserName, "47b507744ee9937a23d2f6e93c1a71035ff78ee8;hmacsha1",
       std::nullopt},
      {"QUFBQUFBQUFBQUFBQUFBQQ==", kUserName,
       "603a804ea2630572eabdc3c5c9d6e74dd7a029b9b96144207ebb265d7024a442;hmacsha256", std::nullopt},
      {"AAECAwQFBgcICQoLDA0ODw==", "ABCDE12345xyz;12010126;A1b2C;1700003600",
       "aae302bedfd6bd4b8fda8f9bc2e179028360f13e;hmacsha1", 1700003600},
      {"AAECAwQFBgcICQoLDA0ODw==", "ABCDE12345xyz;12010126;A1b2C;1700003600",
       "952c4f7ffa017cb1682b5ce28de646ef69f7221d717380a828a021179c9b08da;hmacsha256", 1700003600},
  };
  for (const Vector& each : vectors) {
    const domain::Claim claim =
        claim_of(testing::peer(), connect_packet(each.user_name, each.password));
    const auto* text = std::get_if<domain::SignedText>(&claim.evidence);
    ASSERT_NE(text, nullptr) << each.password << ": " << malformed_in(claim.evidence);
    EXPECT_EQ(text->key_form, domain::KeyForm::kBytes);
    EXPECT_EQ(text->texts, std::vector<std::string>{std::string(each.user_name)});
    EXPECT_EQ(text->expires_at_seconds, each.expires);
    EXPECT_TRUE(testing::verifies(*text, each.secret)) << each.password;
    EXPECT_FALSE(testing::verifies(*text, "AAECAwQFBgcICQoLDA0OEA==")) << "of another secret";
  }
}

TEST(TencentConnect, TheClientIdIsSplitAfterTenCharacters) {
  const domain::Claim claim = claim_of(testing::peer(), connect_packet(kUserName, "00;hmacsha1"));
  ASSERT_TRUE(claim.membership);
  EXPECT_EQ(claim.membership->group, "S3EUVBRJLB");
  EXPECT_EQ(claim.membership->member, "dev1");
  EXPECT_EQ(claim.registration_id, "S3EUVBRJLBdev1");
  EXPECT_EQ(claim.client, "21010406;rfozK");
  EXPECT_EQ(claim.dialect, "tencent");
  EXPECT_EQ(claim.transport, "mqtt-plain");
  EXPECT_EQ(claim.source, "192.0.2.7");
  EXPECT_EQ(claim.scope, "");
}

TEST(TencentConnect, ExpiryIsSaturatedAndFarOnesNeverCome) {
  struct Case {
    std::string_view digits;
    bool readable;
    std::optional<std::int64_t> at;
  };
  const Case cases[] = {
      {"0", true, 0},
      {"1700003600", true, 1700003600},
      {"2147483647", true, 2147483647},
      {"100000000000", true, 100'000'000'000},
      {"100000000001", true, std::nullopt},
      {"1700003600123", true, std::nullopt},
      {"92233720368547758", true, std::nullopt},
      {"9223372036854775807", true, std::nullopt},
      {"9223372036854775808", true, std::nullopt},
      {"18446744073709551615", true, std::nullopt},
      {"18446744073709551616", true, std::nullopt},
      {"340282366920938463463374607431768211456", true, std::nullopt},
      {"0000000000000000000000001700003600", true, 1700003600},
      {"", false, std::nullopt},
      {"-1", false, std::nullopt},
      {"+1", false, std::nullopt},
      {" 1", false, std::nullopt},
      {"1e9", false, std::nullopt},
      {"0x10", false, std::nullopt},
  };
  for (const Case& each : cases) {
    const Expiry expiry = parse_expiry(each.digits);
    EXPECT_EQ(expiry.readable, each.readable) << each.digits;
    EXPECT_EQ(expiry.at_seconds, each.at) << each.digits;
  }
}

TEST(TencentConnect, UserNamesHaveFourPartsAndNoSlashInTheFirst) {
  const std::pair<std::string, bool> cases[] = {
      {"S3EUVBRJLBdev1;21010406;rfozK;9223372036854775807", true},
      {";;;", true},
      {"S3EUVBRJLBdev1;21010406;rfozK;", true},
      {"a;b/c;d;e", true},
      {"", false},
      {"S3EUVBRJLBdev1", false},
      {"S3EUVBRJLBdev1;21010406;rfozK", false},
      {"S3EUVBRJLBdev1;21010406;rfozK;1;2", false},
      {"hub.example.net/d/?DeviceClientType=a;b;c;d", false},
      {"hub.example.net/d;a;b;c", false},
      {"0ne00ABCDEF/registrations/d;a;b;c", false},
  };
  for (const auto& [text, claimed] : cases) {
    EXPECT_EQ(claims_connect(connect_packet(text)), claimed) << text;
  }
  EXPECT_FALSE(claims_connect(wire::MqttConnect{}));
}

TEST(TencentConnect, AVeryLongUserNameIsMalformed) {
  for (const std::size_t size : {kUserNameBytesMax, kUserNameBytesMax + 1}) {
    std::string text = "S3EUVBRJLBdev1;;;1";
    text.insert(text.find(';') + 1, size - text.size(), '2');
    const domain::Claim claim = claim_of(testing::peer(), connect_packet(text, "00;hmacsha1"));
    EXPECT_EQ(malformed_in(claim.evidence).empty(), size == kUserNameBytesMax);
    EXPECT_LE(claim.client.size(), 64U);
  }
}

TEST(TencentConnect, AProvenChannelComesBeforeACertificateAndThatBeforeAPassword) {
  wire::Peer peer = testing::peer();
  peer.certificates.push_back(certificate_of("S3EUVBRJLBdev1"));
  const std::string password = "47b507744ee9937a23d2f6e93c1a71035ff78ee8;hmacsha1";
  domain::Claim claim = claim_of(peer, connect_packet(kUserName, password));
  ASSERT_TRUE(std::holds_alternative<domain::CertificateChain>(claim.evidence));
  EXPECT_EQ(std::get<domain::CertificateChain>(claim.evidence).certificates, peer.certificates);

  peer.psk_identity = "S3EUVBRJLBdev1";
  peer.psk_credential = "c4f1";
  claim = claim_of(peer, connect_packet(kUserName, password));
  ASSERT_TRUE(std::holds_alternative<domain::SharedKeyChannel>(claim.evidence));
  EXPECT_EQ(std::get<domain::SharedKeyChannel>(claim.evidence).credential, "c4f1");
}

TEST(TencentConnect, NamesOfTheConnectionMustBeTheClientId) {
  wire::Peer keyed = testing::peer();
  keyed.psk_identity = "S3EUVBRJLBdev2";
  EXPECT_EQ(malformed_in(claim_of(keyed, connect_packet(kUserName)).evidence),
            "the PSK identity of the connection is not the client id");
  for (const std::string_view name : {"S3EUVBRJLBdev2", "S3EUVBRJLBdev", "s3euvbrjlbdev1"}) {
    wire::Peer certified = testing::peer();
    certified.certificates.push_back(certificate_of(name));
    EXPECT_EQ(malformed_in(claim_of(certified, connect_packet(kUserName)).evidence),
              "the CN of the client certificate is not the client id")
        << name;
  }
  wire::MqttConnect packet = connect_packet(kUserName, "00;hmacsha1");
  packet.client_id = "S3EUVBRJLBdev2";
  EXPECT_NE(malformed_in(claim_of(testing::peer(), std::move(packet)).evidence), "");
}

TEST(TencentConnect, MalformedEvidenceSaysNothingOfThePassword) {
  for (const std::string_view password : {"hunter2", "hunter2;md5", ";", "hunter2;"}) {
    const domain::Claim claim = claim_of(testing::peer(), connect_packet(kUserName, password));
    const std::string what = malformed_in(claim.evidence);
    EXPECT_NE(what, "") << password;
    EXPECT_EQ(what.find("hunter2"), std::string::npos) << what;
  }
}

TEST(TencentConnect, AlgorithmsTheServerHasForOthersAreNotThisVendors) {
  for (const std::string_view password :
       {"750c783e6ab0b503eaa86e310a5db738;hmacmd5", "750c783e6ab0b503eaa86e310a5db738;HMAC-MD5"}) {
    const domain::Claim claim = claim_of(testing::peer(), connect_packet(kUserName, password));
    EXPECT_NE(malformed_in(claim.evidence), "") << password;
  }
}

// What attest cannot compare it can at least tell apart: hex and base64, this size and that.
TEST(TencentConnect, AnUnreadableSignatureIsKeptForTheExplanation) {
  const std::pair<std::string, std::string> cases[] = {
      {"zz;hmacsha1", "zz"},
      {"603a804ea2630572eabdc3c5c9d6e74dd7a029b9b96144207ebb265d7024a442;hmacsha1",
       "603a804ea2630572eabdc3c5c9d6e74dd7a029b9b96144207ebb265d7024a442"},
      {";hmacsha256", ""},
      {"quMCvt/Wvbs=;hmacsha1", "quMCvt/Wvbs="},
      {std::string(1'000, 'a') + ";hmacsha1", std::string(128, 'a')},
  };
  for (const auto& [password, raw] : cases) {
    const domain::Claim claim = claim_of(testing::peer(), connect_packet(kUserName, password));
    const auto* text = std::get_if<domain::SignedText>(&claim.evidence);
    ASSERT_NE(text, nullptr) << password;
    EXPECT_TRUE(text->mac.empty()) << password;
    EXPECT_EQ(text->raw_signature, raw);
  }
}

TEST(TencentConnect, EveryReasonHasACodeAndUnknownDevicesLookLikeWrongSecrets) {
  using domain::Reason;
  for (const Reason reason : domain::kReasons) {
    Connection connection;
    connection.send(connect_packet(kUserName));
    const auto connacks =
        testing::all_of<wire::MqttConnack>(connection.answer(testing::refused(reason)));
    ASSERT_EQ(connacks.size(), 1U) << to_string(reason);
    const int code = static_cast<int>(connacks[0].code);
    EXPECT_TRUE(code >= 2 && code <= 5) << to_string(reason) << ' ' << code;
    EXPECT_FALSE(connacks[0].session_present);
    EXPECT_TRUE(connection.send(wire::MqttDisconnect{}).empty()) << "it is over";
  }
  const auto wrong_secret = connect_code_for(Reason::kProofRejected);
  EXPECT_EQ(wrong_secret, wire::MqttConnectCode::kBadUserNameOrPassword);
  for (const Reason reason : {Reason::kDeviceUnknown, Reason::kMemberUnknown, Reason::kGroupUnknown,
                              Reason::kHostUnknown, Reason::kProofMissing}) {
    EXPECT_EQ(connect_code_for(reason), wrong_secret) << to_string(reason);
  }
  EXPECT_EQ(connect_code_for(Reason::kIdInvalid), wire::MqttConnectCode::kIdentifierRejected);
  EXPECT_EQ(connect_code_for(Reason::kDeviceDisabled), wire::MqttConnectCode::kNotAuthorized);
  EXPECT_EQ(connect_code_for(Reason::kStoreUnavailable), wire::MqttConnectCode::kServerUnavailable);
}

}  // namespace
}  // namespace berth::dialects::tencent
