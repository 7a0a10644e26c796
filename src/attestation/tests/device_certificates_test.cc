#include "attestation/device_certificates.h"

#include "attestation/device_key.h"
#include "attestation/tests/hub_bench.h"
#include "attestation/tests/x509_bench.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::Reason;
using hub::Authenticated;
using hub::ProofRefusal;
using pki::ca;
using pki::day;
using pki::leaf;
using pki::Made;
using pki::make;
using pki::Recipe;

domain::PinnedCertificate pin_of(const Made& made, bool by_key = false) {
  const domain::Certificate certificate = certificate_of(made.der);
  domain::PinnedCertificate pin;
  pin.sha256 = certificate.sha256;
  pin.subject = certificate.common_name;
  if (by_key) pin.spki_sha256 = certificate.spki_sha256;
  return pin;
}

class DeviceCertificatesTest : public testing::Test {
 protected:
  DeviceCertificatesTest() { device_.keys.reset(); }

  hub::Standing standing() const { return {device_, authorities_, enrollment_enabled_}; }
  Result<Authenticated, ProofRefusal> connect(std::vector<base::Bytes> certificates) {
    domain::Claim claim = chain_claim(device_.id.text(), std::move(certificates));
    return authenticator_.authenticate(claim, hub_, standing(), day(0));
  }
  Reason refusal(std::vector<base::Bytes> certificates) {
    const auto connected = connect(std::move(certificates));
    return connected ? Reason::kNone : connected.error().reason;
  }
  bool still_good(const Authenticated& proven) {
    return authenticator_.still_good(proven, hub_, standing());
  }
  domain::Finding explain(Reason reason, std::vector<base::Bytes> certificates,
                          std::vector<domain::Device> same_hub = {}) {
    const domain::Claim claim = chain_claim(device_.id.text(), std::move(certificates));
    const std::optional<domain::Registration> none;
    provisioning::ConnectionInput input{claim, reason,   day(0), &device_, &hub_, none,
                                        {},    same_hub, {},     {},       {}};
    input.authorities = authorities_;
    X509Attestor attestor{{}};
    const auto findings = attestor.connection_rivals(input, 100);
    return findings.empty() ? domain::Finding{} : findings.front();
  }

  TestVault vault_;
  DeviceKeyAuthenticator authenticator_{vault_, {}};
  const Secret any_ = Secret::from_text("0123456789abcdef");
  domain::Hub hub_ = make_hub(vault_);
  domain::Device device_ = make_device(vault_, "dev-1", any_, any_);
  const Made root_ = make(ca("Root"));
  const Made between_ = make(ca("Between"), &root_);
  std::vector<domain::CaCertificate> authorities_ = {ca_record("root", root_)};
  bool enrollment_enabled_ = true;
};

TEST_F(DeviceCertificatesTest, EitherOfTwoPins_LetsInAndIsRemembered) {
  const Made first = make(leaf("dev-1"));
  const Made second = make(leaf("dev-1"));
  device_.certificate = pin_of(first);
  device_.secondary_certificate = pin_of(second);
  const auto connected = connect({second.der});
  ASSERT_TRUE(connected) << connected.error().received;
  EXPECT_EQ(connected->detail, "secondary certificate of device 'dev-1'");
  EXPECT_EQ(connected->certificates, std::vector<base::Bytes>{certificate_of(second.der).sha256});
  EXPECT_TRUE(connect({first.der}));
  EXPECT_TRUE(still_good(*connected));
  device_.secondary_certificate.reset();
  EXPECT_FALSE(still_good(*connected));
  EXPECT_EQ(refusal({second.der}), Reason::kProofRejected);
}

TEST_F(DeviceCertificatesTest, ConnectionEndsWhenItsCertificateDoes) {
  Recipe recipe = leaf("dev-1");
  recipe.until = day(3);
  const Made own = make(recipe);
  device_.certificate = pin_of(own);
  const auto pinned = connect({own.der});
  ASSERT_TRUE(pinned);
  const TimePoint end = certificate_of(own.der).not_after;
  EXPECT_EQ(pinned->expires_at, end + SymmetricKeySettings().clock_skew);

  device_.certificate.reset();
  device_.ca_signed = true;
  const Made below = make(recipe, &root_);
  const auto by_ca = connect({below.der});
  ASSERT_TRUE(by_ca) << by_ca.error().received;
  EXPECT_EQ(by_ca->expires_at,
            certificate_of(below.der).not_after + SymmetricKeySettings().clock_skew);
}

TEST_F(DeviceCertificatesTest, PinOfAKey_IsGoodForAnotherCertificateOfIt) {
  const Made own = make(leaf("dev-1"));
  const Made again = make(leaf("dev-1"), nullptr, own.key);
  device_.certificate = pin_of(own);
  EXPECT_EQ(refusal({again.der}), Reason::kProofRejected);
  device_.certificate = pin_of(own, true);
  const auto connected = connect({again.der});
  ASSERT_TRUE(connected);
  EXPECT_TRUE(still_good(*connected));
  device_.certificate = pin_of(make(leaf("dev-1")), true);
  EXPECT_FALSE(still_good(*connected));
}

TEST_F(DeviceCertificatesTest, PinnedCertificate_MustBeGoodNow) {
  Recipe recipe = leaf("dev-1");
  recipe.until = day(-1);
  const Made old = make(recipe);
  device_.certificate = pin_of(old);
  EXPECT_EQ(refusal({old.der}), Reason::kCertificateExpired);
  device_.group = *domain::EnrollmentId::parse("PRODUCT001");
  EXPECT_EQ(refusal({old.der}), Reason::kCertificateInvalid);
}

TEST_F(DeviceCertificatesTest, DeviceKnownByItsCa_NeedsAChainToItAndItsOwnName) {
  device_.ca_signed = true;
  const Made own = make(leaf("DEV-1"), &between_);
  const auto connected = connect({own.der, between_.der});
  ASSERT_TRUE(connected) << connected.error().received;
  EXPECT_EQ(connected->detail, "certificate of device 'dev-1' that CA 'root' vouches for");
  ASSERT_EQ(connected->certificates.size(), 3U);
  EXPECT_EQ(connected->certificates.back(), certificate_of(root_.der).sha256);
  EXPECT_EQ(refusal({own.der}), Reason::kChainIncomplete);
  EXPECT_EQ(refusal({make(leaf("dev-2"), &root_).der}), Reason::kCertificateName);
  EXPECT_EQ(refusal({make(leaf("dev-1")).der}), Reason::kChainIncomplete);
  EXPECT_EQ(refusal({}), Reason::kProofMissing);
}

TEST_F(DeviceCertificatesTest, ConnectionByCa_IsGoodWhileTheCaIsVerified) {
  device_.ca_signed = true;
  const auto connected = connect({make(leaf("dev-1"), &root_).der});
  ASSERT_TRUE(connected);
  EXPECT_TRUE(still_good(*connected));
  authorities_.front().verified = false;
  EXPECT_FALSE(still_good(*connected));
  authorities_.clear();
  EXPECT_FALSE(still_good(*connected));
  authorities_ = {ca_record("root", root_)};
  device_.ca_signed = false;
  EXPECT_FALSE(still_good(*connected));
}

TEST_F(DeviceCertificatesTest, EnrollmentThatIsSwitchedOff_EndsBothKinds) {
  const Made own = make(leaf("dev-1"), &root_);
  for (const bool by_ca : {true, false}) {
    device_.ca_signed = by_ca;
    if (!by_ca) device_.certificate = pin_of(own);
    enrollment_enabled_ = true;
    const auto connected = connect({own.der});
    ASSERT_TRUE(connected);
    enrollment_enabled_ = false;
    EXPECT_FALSE(still_good(*connected));
    EXPECT_EQ(refusal({own.der}), Reason::kEnrollmentDisabled);
  }
}

TEST_F(DeviceCertificatesTest, DeviceWithAKey_ExpectsNoCertificate) {
  device_.keys.emplace();
  EXPECT_EQ(refusal({make(leaf("dev-1"), &root_).der}), Reason::kAttestationMismatch);
}

TEST_F(DeviceCertificatesTest, Rivals_TellReplacedForeignAndUnprovenCertificates) {
  const Made own = make(leaf("dev-1"));
  const Made before = make(leaf("dev-1"));
  const Made theirs = make(leaf("dev-2"));
  device_.certificate = pin_of(own);
  device_.retired_certificates = {{certificate_of(before.der).sha256, day(-2)}};
  EXPECT_EQ(explain(Reason::kProofRejected, {before.der}).cause, Cause::kCertificateReplaced);
  domain::Device other = make_device(vault_, "dev-2", any_, any_);
  other.secondary_certificate = pin_of(theirs);
  EXPECT_EQ(explain(Reason::kProofRejected, {theirs.der}, {other}).cause,
            Cause::kCertificateOfOther);
  device_.certificate.reset();
  device_.ca_signed = true;
  authorities_.front().verified = false;
  EXPECT_EQ(explain(Reason::kChainIncomplete, {make(leaf("dev-1"), &root_).der}).cause,
            Cause::kCaUnproven);
  EXPECT_EQ(explain(Reason::kCertificateName, {theirs.der}).cause, Cause::kCommonNameDiffers);
}

}  // namespace
}  // namespace berth::attestation
