#include "attestation/product_secret.h"
#include "attestation/tests/member_bench.h"
#include "crypto/authority.h"
#include "crypto/certificate.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::Device;
using domain::Evidence;
using domain::Finding;
using domain::KeySlot;
using domain::MacAlgorithm;
using domain::Reason;
using domain::SignedText;

constexpr std::string_view kUserName = "S3EUVBRJLBdev1;21010406;rfozK;9223372036854775807";
constexpr std::string_view kReset =
    "berth product device reset --id-scope 0ne00ABCDEF --product-id S3EUVBRJLB dev1";

// Member 'dev1' of a product, registered and issued a secret.
class MemberRivalsTest : public testing::Test {
 protected:
  MemberRivalsTest() {
    device_.group = candidates_.front().id;
    device_.updated_at = base::from_unix_seconds(kHubNow - 5000);
    registration_.emplace();
    registration_->id = *domain::RegistrationId::parse("S3EUVBRJLBdev1");
    registration_->member = *domain::MemberName::parse("dev1");
  }

  std::vector<Finding> rivals(Evidence evidence, Reason reason = Reason::kProofRejected,
                              std::size_t budget = 20'000) {
    domain::Claim claim;
    claim.registration_id = "S3EUVBRJLBdev1";
    claim.evidence = std::move(evidence);
    const provisioning::ConnectionInput input{claim,
                                              reason,
                                              base::from_unix_seconds(kHubNow),
                                              known_ ? &device_ : nullptr,
                                              &hub_,
                                              registration_,
                                              same_id_,
                                              same_hub_,
                                              hubs_,
                                              candidates_,
                                              candidates_};
    return attestor_.connection_rivals(input, budget);
  }
  Finding first(Evidence evidence, Reason reason = Reason::kProofRejected) {
    const std::vector<Finding> findings = rivals(std::move(evidence), reason);
    if (findings.empty()) return {};
    EXPECT_FALSE(findings.front().text.empty());
    EXPECT_FALSE(findings.front().mend.empty());
    return findings.front();
  }
  Finding proven(Evidence evidence, Reason reason = Reason::kProofRejected) {
    Finding found = first(std::move(evidence), reason);
    EXPECT_TRUE(found.proven) << found.text;
    return found;
  }
  static SignedText password(std::span<const std::uint8_t> key, std::string signed_text = {}) {
    return make_signed({MacAlgorithm::kHmacSha1, std::string(kUserName), std::move(signed_text)},
                       key);
  }
  Finding with_key(std::string_view key) { return proven(password(base::as_bytes(key))); }
  Finding with_text(std::string signed_text) {
    return proven(password(own_.bytes(), std::move(signed_text)));
  }

  TestVault vault_;
  ProductSecretAttestor attestor_{vault_, {}};
  const Secret own_ = decoded("AAECAwQFBgcICQoLDA0ODw==");
  const Secret second_ = Secret::from_text("0123456789abcdef");
  domain::Hub hub_ = make_hub(vault_);
  Device device_ = make_device(vault_, "S3EUVBRJLBdev1", own_, second_);
  bool known_ = true;
  std::optional<domain::Registration> registration_;
  std::vector<Device> same_id_;
  std::vector<Device> same_hub_;
  std::vector<domain::Hub> hubs_ = {hub_};
  std::vector<domain::Enrollment> candidates_ = {make_product(vault_, kProduct, kProductSecret)};
};

TEST_F(MemberRivalsTest, SecretOfAnEarlierRegistration) {
  retire(vault_, device_, decoded("QUFBQUFBQUFBQUFBQUFBQQ=="), KeySlot::kPrimary, kHubNow - 60);
  const Finding found = with_key("AAAAAAAAAAAAAAAA");
  EXPECT_EQ(found.cause, Cause::kReissuedSince);
  EXPECT_NE(found.text.find("until 2030-03-17T16:45:40Z"), std::string::npos) << found.text;
  EXPECT_EQ(found.mend, kReset);
}

TEST_F(MemberRivalsTest, ProductSecretUsedInsteadOfTheIssuedOne) {
  EXPECT_EQ(with_key(kProductSecret).cause, Cause::kGroupKeyUnderived);
  EXPECT_EQ(proven(password(decoded(kProductSecret).bytes())).cause, Cause::kGroupKeyUnderived);
}

TEST_F(MemberRivalsTest, TextOfTheSecretUsedAsTheKeyAndTheReverse) {
  EXPECT_EQ(with_key("AAECAwQFBgcICQoLDA0ODw==").cause, Cause::kKeyTextNotDecoded);
  EXPECT_EQ(with_key("AAECAwQFBgcICQoLDA0ODw==\n").cause, Cause::kKeyHasWhitespace);
  SignedText proof = password(own_.bytes());
  proof.key_form = domain::KeyForm::kBase64Text;
  EXPECT_EQ(proven(proof).cause, Cause::kSecretDecoded);
}

TEST_F(MemberRivalsTest, UserNameSignedOtherwiseThanItWasSent) {
  EXPECT_EQ(with_text(std::string(kUserName) + "\n").cause, Cause::kTextWithLineEnd);
  EXPECT_EQ(with_text("S3EUVBRJLBdev1;rfozK;21010406;9223372036854775807").cause,
            Cause::kFieldsReordered);
  EXPECT_EQ(with_text("S3EUVBRJLBdev1").cause, Cause::kFieldsMissing);
  const Finding found = with_text("S3EUVBRJLBdev1;21010406;rfozK;2147483647");
  EXPECT_EQ(found.cause, Cause::kSignedDecodedResource);
  EXPECT_NE(found.text.find("field 4 as 2147483647"), std::string::npos) << found.text;
}

TEST_F(MemberRivalsTest, KeyOfAnotherDeviceIsNamedOnlyInTheSameScope) {
  same_hub_ = {
      make_device(vault_, "S3EUVBRJLBdev2", Secret::from_text("the other's key!"), second_)};
  Finding found = with_key("the other's key!");
  EXPECT_EQ(found.cause, Cause::kKeyOfOtherDevice);
  EXPECT_NE(found.text.find("'S3EUVBRJLBdev2'"), std::string::npos);
  same_hub_.front().scope = *domain::ScopeId::parse("0ne00FFFFFF");
  found = with_key("the other's key!");
  EXPECT_EQ(found.text.find("dev2"), std::string::npos);
}

TEST_F(MemberRivalsTest, SecretThatNobodyKnows) {
  const Finding found = first(password(base::as_bytes("nobody knows it")));
  EXPECT_EQ(found.cause, Cause::kIssuedButOther);
  EXPECT_FALSE(found.proven);
}

TEST_F(MemberRivalsTest, PasswordEncodedOtherwiseOrOfTheOtherAlgorithm) {
  SignedText proof = password(own_.bytes());
  proof.raw_signature = base::base64_encode(proof.mac);
  proof.mac.clear();
  EXPECT_EQ(proven(proof, Reason::kProofMalformed).cause, Cause::kSignatureEncoding);
  proof.raw_signature =
      base::hex_encode(mac_of(MacAlgorithm::kHmacSha256, own_.bytes(), kUserName));
  EXPECT_EQ(proven(proof, Reason::kProofMalformed).cause, Cause::kOtherMacAlgorithm);
}

TEST_F(MemberRivalsTest, UserNameThatHasExpired) {
  SignedText proof = password(own_.bytes());
  proof.expires_at_seconds = kHubNow - 7200;
  EXPECT_EQ(first(proof, Reason::kProofExpired).cause, Cause::kClockBehind);
}

TEST_F(MemberRivalsTest, HandshakeThatCameToNothing) {
  EXPECT_EQ(first(domain::NoEvidence{}).cause, Cause::kIssuedButOther);
  retire(vault_, device_, second_, KeySlot::kPrimary, kHubNow - 60);
  const Finding found = first(domain::NoEvidence{});
  EXPECT_EQ(found.cause, Cause::kReissuedSince);
  EXPECT_FALSE(found.proven);  // nobody can tell which key the device used
  EXPECT_EQ(found.mend, kReset);
  EXPECT_TRUE(rivals(domain::NoEvidence{}, Reason::kProofMissing).empty());
}

TEST_F(MemberRivalsTest, SecretReplacedBetweenHandshakeAndConnect) {
  EXPECT_EQ(proven(domain::SharedKeyChannel{"S3EUVBRJLBdev1", "d:0"}).cause, Cause::kReissuedSince);
  EXPECT_EQ(
      proven(domain::SharedKeyChannel{"S3EUVBRJLBdev2", "d:0"}, Reason::kProofAudienceMismatch)
          .cause,
      Cause::kTokenForOtherDevice);
}

TEST_F(MemberRivalsTest, DeviceThatWasIssuedTheOtherKindOfCredential) {
  for (const Evidence& evidence :
       {Evidence(domain::SharedKeyChannel{}), Evidence(domain::CertificateChain{}),
        Evidence(password(own_.bytes()))}) {
    EXPECT_EQ(proven(evidence, Reason::kAttestationMismatch).cause, Cause::kOtherCredentialKind);
  }
  device_.keys.reset();
  device_.certificate.emplace();
  const Finding found = proven(domain::NoEvidence{});
  EXPECT_EQ(found.cause, Cause::kOtherCredentialKind);
  EXPECT_NE(found.text.find("was issued a certificate, but it came with a secret"),
            std::string::npos);
}

TEST_F(MemberRivalsTest, DeviceThatIsNotKnownIsSomebodyElsesToExplain) {
  known_ = false;
  EXPECT_TRUE(rivals(password(own_.bytes()), Reason::kDeviceUnknown).empty());
  EXPECT_TRUE(rivals(domain::NoEvidence{}, Reason::kDeviceUnknown).empty());
}

TEST_F(MemberRivalsTest, DeviceWithoutARegistrationIsShownInstead) {
  registration_.reset();
  EXPECT_EQ(first(domain::NoEvidence{}).mend,
            "berth device show S3EUVBRJLBdev1 --hub-name hub-1 --show-keys");
}

class CertificateRivalsTest : public MemberRivalsTest {
 protected:
  CertificateRivalsTest() {
    device_.keys.reset();
    device_.certificate = pinned(issue("S3EUVBRJLBdev1"));
  }
  base::Bytes issue(std::string_view name) {
    return *crypto::certificate_der(authority_.issue_client(name, rng_, clock_)->certificate_pem);
  }
  static domain::PinnedCertificate pinned(const base::Bytes& der) {
    const crypto::Sha256 digest = crypto::sha256(der);
    domain::PinnedCertificate certificate;
    certificate.sha256.assign(digest.begin(), digest.end());
    return certificate;
  }

  base::SeededRng rng_{3};
  base::FakeClock clock_{base::from_unix_seconds(kHubNow)};
  crypto::Authority authority_ = *crypto::Authority::create("Berth test CA", rng_, clock_);
};

TEST_F(CertificateRivalsTest, CertificateOfAnEarlierRegistration) {
  const base::Bytes old = issue("S3EUVBRJLBdev1");
  device_.retired_certificates.push_back(
      {pinned(old).sha256, base::from_unix_seconds(kHubNow - 60)});
  EXPECT_EQ(proven(domain::CertificateChain{{old}}).cause, Cause::kReissuedSince);
}

TEST_F(CertificateRivalsTest, CertificateOfAnotherDevice) {
  const base::Bytes other = issue("S3EUVBRJLBdev2");
  Device second = make_device(vault_, "S3EUVBRJLBdev2", own_, second_);
  second.certificate = pinned(other);
  same_hub_ = {second};
  EXPECT_EQ(proven(domain::CertificateChain{{other}}).cause, Cause::kCertificateOfOther);
}

TEST_F(CertificateRivalsTest, CertificateThatNobodyKnows) {
  const Finding found = first(domain::CertificateChain{{issue("S3EUVBRJLBdev1")}});
  EXPECT_EQ(found.cause, Cause::kIssuedButOther);
  EXPECT_FALSE(found.proven);
  EXPECT_TRUE(rivals(domain::CertificateChain{{{1, 2, 3}}}).empty());
}

TEST_F(CertificateRivalsTest, CertificateWhoseTimeIsOver) {
  base::FakeClock past{base::from_unix_seconds(kHubNow - 20LL * 366 * 86'400)};
  const crypto::Authority older = *crypto::Authority::create("Berth test CA", rng_, past);
  const base::Bytes der =
      *crypto::certificate_der(older.issue_client("S3EUVBRJLBdev1", rng_, past)->certificate_pem);
  const Finding found = proven(domain::CertificateChain{{der}}, Reason::kCertificateInvalid);
  EXPECT_EQ(found.cause, Cause::kCertificateExpired);
  EXPECT_EQ(found.mend, kReset);
}

}  // namespace
}  // namespace berth::attestation
