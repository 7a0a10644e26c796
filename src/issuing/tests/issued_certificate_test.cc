#include "issuing/issued_certificate.h"

#include "crypto/authority.h"
#include "crypto/chain.h"
#include "crypto/tests/pki.h"
#include "issuing/tests/open_vault.h"

#include <gtest/gtest.h>

namespace berth::issuing {
namespace {

namespace pki = crypto::pki;
using domain::Reason;

class IssuedCertificateTest : public testing::Test {
 protected:
  IssuedCertificateTest() {
    scope_.id = domain::ScopeId::trusted("0ne00ABCDEF");
    scope_.issuing_authority.emplace();
    replace_authority();
    enrollment_.scope = scope_.id;
    enrollment_.issuance.emplace();
    device_.hub = domain::HubName::trusted("hub-1");
    device_.id = domain::DeviceId::trusted("dev-1");
    device_.registration = domain::RegistrationId::trusted(id_);
    device_.updated_at = clock_.wall();
    claim_.certificate_request = pki::request("dev-1", key_);
  }

  // A CA of the same name with another key.
  void replace_authority() {
    const auto root = *crypto::Authority::create("Root", rng_, clock_, 1);
    const auto made = *root.issue_authority("Devices", rng_, clock_);
    const auto chain = *crypto::certificates_der(made.certificate_pem);
    scope_.issuing_authority->certificate = chain[0];
    scope_.issuing_authority->root = chain[1];
    scope_.issuing_authority->key =
        vault_.seal(made.private_key_pem, domain::issuing_context(scope_.id));
  }
  Result<domain::Credential, provisioning::Refusal> issue(const domain::Device* before = nullptr) {
    provisioning::IssueInput input{enrollment_, id_};
    input.before = before;
    input.claim = &claim_;
    input.scope = &scope_;
    return issuer_.issue(input, device_);
  }
  Reason refusal() {
    const auto issued = issue();
    return issued ? Reason::kNone : issued.error().reason;
  }

  base::SeededRng rng_{5};
  base::FakeClock clock_;
  OpenVault vault_;
  domain::Scope scope_;
  domain::Enrollment enrollment_;
  domain::Device device_;
  domain::Claim claim_;
  std::string id_ = "dev-1";
  pki::KeyOwner key_ = pki::make_key("P-256");
  IssuedCertificate issuer_{vault_, rng_, clock_};
};

TEST_F(IssuedCertificateTest, Request_GetsAChainThatVerifiesAndIsPinnedAndListed) {
  const auto credential = issue();
  ASSERT_TRUE(credential) << credential.error().received;
  const auto& issued = std::get<domain::IssuedChain>(*credential);
  ASSERT_EQ(issued.certificates.size(), 3U);
  const auto anchors =
      *crypto::TrustAnchors::make(std::vector<base::Bytes>{issued.certificates.back()});
  crypto::ChainVerifier verifier;
  const auto verified =
      verifier.verify(*anchors, issued.certificates, {}, {clock_.wall(), std::chrono::seconds(0)});
  ASSERT_TRUE(verified) << verified.error().what;
  EXPECT_EQ(verified->leaf.common_name, "dev-1");
  EXPECT_EQ(verified->leaf.not_after, clock_.wall() + std::chrono::days(30));
  ASSERT_TRUE(device_.certificate);
  EXPECT_EQ(device_.certificate->sha256, issued.record.sha256);
  EXPECT_EQ(device_.certificate->subject, "dev-1");
  EXPECT_EQ(issued.record.scope, scope_.id);
  EXPECT_EQ(issued.record.device, device_.id);
  EXPECT_EQ(issued.record.hub, device_.hub);
  EXPECT_EQ(issued.record.registration, device_.registration);
  EXPECT_EQ(issued.record.serial.size(), 32U);
  EXPECT_EQ(issued.record.not_after, verified->leaf.not_after);
  EXPECT_EQ(issued.record.issued_at, clock_.wall());
}

TEST_F(IssuedCertificateTest, IssuesOnlyForRequestsToEnrollmentsThatIssue) {
  EXPECT_TRUE(issuer_.issues_for(enrollment_, claim_));
  EXPECT_FALSE(issuer_.issues_for(enrollment_, domain::Claim{}));
  enrollment_.issuance.reset();
  EXPECT_FALSE(issuer_.issues_for(enrollment_, claim_));
}

TEST_F(IssuedCertificateTest, Lifetime_IsTheEnrollmentsWithinItsBounds) {
  for (const auto& [asked, given] : {std::pair{1, 1}, {90, 90}, {400, 90}}) {
    enrollment_.issuance->lifetime = std::chrono::days(asked);
    ASSERT_TRUE(issue());
    EXPECT_EQ(device_.certificate->not_after, clock_.wall() + std::chrono::days(given));
  }
}

TEST_F(IssuedCertificateTest, AnothersNameOrTheRightsOfACa_AreRefused) {
  claim_.certificate_request = pki::request("dev-2", key_);
  const auto other = issue();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().reason, Reason::kCertificateRequestInvalid);
  EXPECT_NE(other.error().received.find("dev-2"), std::string::npos);
  claim_.certificate_request = pki::request("dev-1", key_, "critical,CA:TRUE");
  EXPECT_EQ(refusal(), Reason::kCertificateRequestInvalid);
  claim_.certificate_request = base::Bytes(20, 0x30);
  EXPECT_EQ(refusal(), Reason::kCertificateRequestInvalid);
  EXPECT_FALSE(device_.certificate) << "nothing is half issued";
}

TEST_F(IssuedCertificateTest, NameInAnotherSpelling_IsTheRegistrationIdAllTheSame) {
  claim_.certificate_request = pki::request("DEV-1", key_);
  ASSERT_TRUE(issue());
  EXPECT_EQ(device_.certificate->subject, "dev-1");
  claim_.certificate_request = pki::request("", key_);
  EXPECT_EQ(refusal(), Reason::kCertificateRequestInvalid) << "it names nobody";
}

TEST_F(IssuedCertificateTest, RegisteringAgain_RetiresTheOneBeforeAndDropsOtherCredentials) {
  ASSERT_TRUE(issue());
  const domain::Device before = device_;
  device_ = domain::Device{};
  device_.keys.emplace();
  device_.ca_signed = true;
  device_.secondary_certificate.emplace();
  ASSERT_TRUE(issue(&before));
  ASSERT_EQ(device_.retired_certificates.size(), 1U);
  EXPECT_EQ(device_.retired_certificates.front().sha256, before.certificate->sha256);
  EXPECT_FALSE(device_.keys);
  EXPECT_FALSE(device_.ca_signed);
  EXPECT_FALSE(device_.secondary_certificate);
}

TEST_F(IssuedCertificateTest, ScopeWithoutACaOrWithOneOfAnotherKey_IsRefusedAsInternal) {
  domain::Scope other = scope_;
  scope_.issuing_authority->key =
      vault_.seal(Secret::from_text("no key"), domain::issuing_context(scope_.id));
  EXPECT_EQ(refusal(), Reason::kInternal);
  scope_ = other;
  clock_.advance(crypto::Authority::kLifetime);
  EXPECT_EQ(refusal(), Reason::kInternal);
  scope_.issuing_authority.reset();
  EXPECT_EQ(refusal(), Reason::kInternal);
}

TEST_F(IssuedCertificateTest, CaOfAScope_IsOpenedOnceUntilItIsReplaced) {
  ASSERT_TRUE(issue());
  ASSERT_TRUE(issue());
  EXPECT_EQ(vault_.opened_count, 1);
  replace_authority();
  const auto credential = issue();
  ASSERT_TRUE(credential);
  EXPECT_EQ(vault_.opened_count, 2);
  const auto& chain = std::get<domain::IssuedChain>(*credential).certificates;
  EXPECT_EQ(chain[1], scope_.issuing_authority->certificate);
  EXPECT_TRUE(crypto::check_signed_by(chain[0], chain[1])) << "the new key signs";
}

TEST_F(IssuedCertificateTest, SealedAnew_IsOpenedAgainAndAKeyThatIsGoneSignsNothing) {
  ASSERT_TRUE(issue());
  const domain::Sealed good = scope_.issuing_authority->key;
  scope_.issuing_authority->key.bytes.push_back('x');
  EXPECT_TRUE(issue()) << "text after a PEM is passed over";
  EXPECT_EQ(vault_.opened_count, 2);
  scope_.issuing_authority->key.bytes.assign(3, 'x');
  EXPECT_EQ(refusal(), Reason::kInternal);
  scope_.issuing_authority->key = good;
  EXPECT_TRUE(issue());
  EXPECT_EQ(vault_.opened_count, 4);
}

TEST_F(IssuedCertificateTest, CasKeptOpen_AreBoundedAndTheOneUsedLongestAgoLeaves) {
  OpenedAuthorities two(vault_, 2);
  std::vector<domain::Scope> scopes(3, scope_);
  for (std::size_t i = 0; i < scopes.size(); ++i) {
    const Secret key =
        *vault_.open(scope_.issuing_authority->key, domain::issuing_context(scope_.id));
    scopes[i].id = domain::ScopeId::trusted("0ne0000000" + std::to_string(i));
    scopes[i].issuing_authority->key = vault_.seal(key, domain::issuing_context(scopes[i].id));
  }
  vault_.opened_count = 0;
  for (const std::size_t i : {0U, 1U, 0U, 2U, 0U}) ASSERT_TRUE(two.open(scopes[i]));
  EXPECT_EQ(vault_.opened_count, 3);
  ASSERT_TRUE(two.open(scopes[1]));
  EXPECT_EQ(vault_.opened_count, 4) << "it was used longest ago when the third came";
  scopes[1].issuing_authority.reset();
  EXPECT_EQ(two.open(scopes[1]).error().kind, ErrorKind::kPreconditionFailed);
}

}  // namespace
}  // namespace berth::issuing
