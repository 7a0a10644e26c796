#include "attestation/device_key.h"
#include "attestation/tests/member_bench.h"
#include "crypto/authority.h"
#include "crypto/certificate.h"

#include <gtest/gtest.h>

#include <limits>

namespace berth::attestation {
namespace {

using domain::KeyForm;
using domain::MacAlgorithm;
using domain::Reason;
using domain::SignedText;
using hub::Authenticated;
using hub::ProofRefusal;

// tencent.md §5.4.
constexpr std::string_view kCountingSecret = "AAECAwQFBgcICQoLDA0ODw==";
constexpr std::string_view kUserName = "ABCDE12345xyz;12010126;A1b2C;1700003600";
constexpr std::int64_t kUserExpiry = 1'700'003'600;

class DeviceProofsTest : public testing::Test {
 protected:
  Result<Authenticated, ProofRefusal> connect(domain::Evidence evidence,
                                              std::int64_t now = kUserExpiry) {
    domain::Claim claim;
    claim.registration_id = device_.id.text();
    claim.evidence = std::move(evidence);
    return authenticator_.authenticate(claim, hub_, {device_}, base::from_unix_seconds(now));
  }
  Reason refusal(domain::Evidence evidence, std::int64_t now = kUserExpiry) {
    const auto connected = connect(std::move(evidence), now);
    return connected ? Reason::kNone : connected.error().reason;
  }
  static SignedText password(std::string_view hex, MacAlgorithm algorithm) {
    SignedText proof;
    proof.algorithm = algorithm;
    proof.texts = {std::string(kUserName)};
    proof.mac = *base::hex_decode(hex);
    proof.expires_at_seconds = kUserExpiry;
    return proof;
  }
  static SignedText sha1() {
    return password("aae302bedfd6bd4b8fda8f9bc2e179028360f13e", MacAlgorithm::kHmacSha1);
  }

  TestVault vault_;
  DeviceKeyAuthenticator authenticator_{vault_, {}};
  const Secret other_ = Secret::from_text("0123456789abcdef");
  domain::Hub hub_ = make_hub(vault_);
  domain::Device device_ = make_device(vault_, "ABCDE12345xyz", decoded(kCountingSecret), other_);
};

TEST_F(DeviceProofsTest, SignedUserName_LetsInUnderBothAlgorithmsOfTheVectors) {
  const auto first = connect(sha1());
  ASSERT_TRUE(first) << first.error().expected;
  EXPECT_EQ(first->detail, "primary key of device 'ABCDE12345xyz'");
  const auto second =
      connect(password("952c4f7ffa017cb1682b5ce28de646ef69f7221d717380a828a021179c9b08da",
                       MacAlgorithm::kHmacSha256));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->credential, first->credential);
}

TEST_F(DeviceProofsTest, SignedUserName_LetsInWithTheSecondKey) {
  SignedSpec spec;
  spec.text = kUserName;
  const auto connected = connect(make_signed(spec, other_.bytes()));
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->detail, "secondary key of device 'ABCDE12345xyz'");
}

TEST_F(DeviceProofsTest, SignedUserName_EndsBeforeTheConnectionAndNotWithIt) {
  const auto connected = connect(sha1(), kUserExpiry + 300);
  ASSERT_TRUE(connected);
  EXPECT_FALSE(connected->expires_at);
  EXPECT_EQ(refusal(sha1(), kUserExpiry + 301), Reason::kProofExpired);
  SignedText wrong = sha1();
  wrong.mac[0] ^= 1;
  EXPECT_EQ(refusal(wrong, kUserExpiry + 301), Reason::kProofRejected);
}

TEST_F(DeviceProofsTest, SignedUserName_MayNeverEndOrEndAnyTimeAhead) {
  SignedText proof = sha1();
  proof.expires_at_seconds = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(refusal(proof), Reason::kNone);
  proof.expires_at_seconds.reset();
  EXPECT_EQ(refusal(proof, kUserExpiry + 100'000'000), Reason::kNone);
}

TEST_F(DeviceProofsTest, KeyForm_SaysWhetherTheTextOfTheSecretIsTheKey) {
  SignedSpec spec;
  spec.text = kUserName;
  SignedText proof = make_signed(spec, base::as_bytes(kCountingSecret));
  EXPECT_EQ(refusal(proof), Reason::kProofRejected);
  proof.key_form = KeyForm::kBase64Text;
  EXPECT_EQ(refusal(proof), Reason::kNone);
  // The vector of a gateway that binds a device, tencent.md §9.
  SignedText bind;
  bind.algorithm = MacAlgorithm::kHmacSha1;
  bind.key_form = KeyForm::kBase64Text;
  bind.texts = {"SUBPROD001sub1;12345;1700000000"};
  bind.mac = *base::base64_decode("RAqYXb14rj7EDrr6qJ+jP4r1KUg=");
  EXPECT_EQ(refusal(bind), Reason::kNone);
}

TEST_F(DeviceProofsTest, RefusedUserName_IsShownWithFingerprintsAndWithoutKeys) {
  SignedSpec spec;
  spec.text = kUserName;
  const auto refused = connect(make_signed(spec, base::as_bytes("some other key")));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kProofRejected);
  const std::string& expected = refused.error().expected;
  EXPECT_NE(expected.find("HMAC-SHA1 over '" + std::string(kUserName) + "'"), std::string::npos);
  EXPECT_NE(expected.find(vault_.fingerprint(other_.bytes())), std::string::npos);
  EXPECT_EQ(expected.find("0123456789abcdef"), std::string::npos);
}

TEST_F(DeviceProofsTest, SignatureOfAnotherSize_IsMalformed) {
  SignedText proof = sha1();
  proof.algorithm = MacAlgorithm::kHmacSha256;
  EXPECT_EQ(refusal(proof), Reason::kProofMalformed);
}

TEST_F(DeviceProofsTest, SharedKey_IsThePrimaryOneAndItsCredentialLetsTheChannelIn) {
  const auto key = authenticator_.shared_key(device_);
  ASSERT_TRUE(key);
  EXPECT_TRUE(key->key.equals(decoded(kCountingSecret)));
  EXPECT_EQ(key->credential, connect(sha1())->credential);
  const auto connected = connect(domain::SharedKeyChannel{"ABCDE12345xyz", key->credential});
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->detail, "key of device 'ABCDE12345xyz', in the handshake");
  EXPECT_TRUE(authenticator_.still_good(*connected, hub_, {device_}));
}

TEST_F(DeviceProofsTest, SharedKey_IsNoneForADeviceWithoutKeysOrWithOneThatDoesNotOpen) {
  domain::Device keyless = device_;
  keyless.keys.reset();
  EXPECT_FALSE(authenticator_.shared_key(keyless));
  device_.keys->primary.bytes.back() ^= 1;
  EXPECT_FALSE(authenticator_.shared_key(device_));
}

TEST_F(DeviceProofsTest, KeyReplacedAfterTheHandshake_IsRefused) {
  const auto key = authenticator_.shared_key(device_);
  ASSERT_TRUE(key);
  device_ = make_device(vault_, "ABCDE12345xyz", Secret::from_text("a new secret key"), other_);
  EXPECT_EQ(refusal(domain::SharedKeyChannel{"ABCDE12345xyz", key->credential}),
            Reason::kProofRejected);
}

TEST_F(DeviceProofsTest, ChannelOfAnotherDevice_IsRefusedAlthoughTheKeysAreEqual) {
  const auto key = authenticator_.shared_key(device_);
  EXPECT_EQ(refusal(domain::SharedKeyChannel{"ABCDE12345abc", key->credential}),
            Reason::kProofAudienceMismatch);
  EXPECT_EQ(refusal(domain::SharedKeyChannel{"ABCDE12345xyz", ""}), Reason::kProofRejected);
  device_.keys.reset();
  EXPECT_EQ(refusal(domain::SharedKeyChannel{"ABCDE12345xyz", key->credential}),
            Reason::kAttestationMismatch);
}

class CertificateProofTest : public DeviceProofsTest {
 protected:
  CertificateProofTest() {
    device_.keys.reset();
    device_.certificate = pinned(der_);
  }
  base::Bytes issue(std::string_view name) {
    return *crypto::certificate_der(authority_.issue_client(name, rng_, clock_)->certificate_pem);
  }
  static domain::PinnedCertificate pinned(const base::Bytes& der) {
    const auto facts = crypto::read_certificate(der);
    return {{facts->sha256.begin(), facts->sha256.end()},
            facts->common_name,
            facts->not_before,
            facts->not_after};
  }
  static domain::CertificateChain chain(base::Bytes leaf) { return {{std::move(leaf)}}; }
  std::int64_t now(std::chrono::seconds later = {}) {
    return base::to_unix_seconds(clock_.wall() + later);
  }

  base::SeededRng rng_{3};
  base::FakeClock clock_;
  crypto::Authority authority_ = *crypto::Authority::create("Berth test CA", rng_, clock_);
  base::Bytes der_ = issue("ABCDE12345xyz");
};

TEST_F(CertificateProofTest, PinnedCertificate_LetsIn) {
  const auto connected = connect(chain(der_), now());
  ASSERT_TRUE(connected) << connected.error().expected;
  EXPECT_EQ(connected->detail, "certificate of device 'ABCDE12345xyz'");
  EXPECT_TRUE(connected->credential.starts_with("c:"));
  EXPECT_TRUE(connected->expires_at) << "the connection ends with its certificate";
}

TEST_F(CertificateProofTest, AnotherCertificateOfTheSameNameAndCa_IsRefused) {
  const auto refused = connect(chain(issue("ABCDE12345xyz")), now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kProofRejected);
  EXPECT_NE(refused.error().received.find("'ABCDE12345xyz'"), std::string::npos);
}

TEST_F(CertificateProofTest, Time_IsCheckedWithTheAllowanceForClocks) {
  using std::chrono::seconds;
  const std::int64_t begins = base::to_unix_seconds(device_.certificate->not_before);
  const std::int64_t ends = base::to_unix_seconds(device_.certificate->not_after);
  EXPECT_EQ(refusal(chain(der_), begins - 300), Reason::kNone);
  EXPECT_EQ(refusal(chain(der_), begins - 301), Reason::kCertificateNotYetValid);
  EXPECT_EQ(refusal(chain(der_), ends + 300), Reason::kNone);
  EXPECT_EQ(refusal(chain(der_), ends + 301), Reason::kCertificateExpired);
  device_.group = *domain::EnrollmentId::parse("ABCDE12345");
  EXPECT_EQ(refusal(chain(der_), ends + 301), Reason::kCertificateInvalid);
  EXPECT_EQ(refusal(chain(issue("x")), ends + 301), Reason::kProofRejected);
}

TEST_F(CertificateProofTest, NothingAndRubbish_AreToldApart) {
  EXPECT_EQ(refusal(domain::CertificateChain{}, now()), Reason::kProofMissing);
  EXPECT_EQ(refusal(chain({1, 2, 3}), now()), Reason::kProofMalformed);
}

TEST_F(CertificateProofTest, OtherKindsOfProof_AreAMismatch) {
  const auto refused = connect(sha1(), now());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kAttestationMismatch);
  EXPECT_EQ(refused.error().expected, "a certificate of the device");
  device_.certificate.reset();
  EXPECT_EQ(refusal(chain(der_), now()), Reason::kAttestationMismatch);
}

TEST_F(CertificateProofTest, Credential_EndsWithTheCertificate) {
  const std::string credential = connect(chain(der_), now())->credential;
  EXPECT_TRUE(authenticator_.still_good({"", credential, {}}, hub_, {device_}));
  domain::Device replaced = device_;
  replaced.certificate = pinned(issue("ABCDE12345xyz"));
  EXPECT_FALSE(authenticator_.still_good({"", credential, {}}, hub_, {replaced}));
  replaced.certificate.reset();
  EXPECT_FALSE(authenticator_.still_good({"", credential, {}}, hub_, {replaced}));
}

}  // namespace
}  // namespace berth::attestation
