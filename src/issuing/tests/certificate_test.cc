#include "issuing/certificate.h"

#include "crypto/certificate.h"
#include "issuing/tests/member.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::issuing {
namespace {

using domain::CredentialKind;

class CertificateTest : public testing::Test {
 protected:
  CertificateTest()
      : authority_(std::make_shared<const crypto::Authority>(
            *crypto::Authority::create("Berth test CA", rng_, clock_))),
        issuer_(authority_, rng_, clock_) {}

  domain::IssuedCertificate handed(domain::Device& to, const domain::Device* before = nullptr,
                                   bool keeps = false) {
    const domain::Enrollment by = group(CredentialKind::kCertificate);
    const std::string id = to.id.text();
    auto credential = issuer_.issue({by, id, before, keeps}, to);
    EXPECT_TRUE(credential);
    return std::get<domain::IssuedCertificate>(*std::move(credential));
  }

  base::SeededRng rng_{5};
  base::FakeClock clock_;
  std::shared_ptr<const crypto::Authority> authority_;
  Certificate issuer_;
};

TEST_F(CertificateTest, Member_IsHandedACertificateOfItsIdWhoseFingerprintIsPinned) {
  domain::Device made = device();
  const domain::IssuedCertificate issued = handed(made);
  const auto der = crypto::certificate_der(issued.certificate_pem);
  ASSERT_TRUE(der);
  const auto facts = crypto::read_certificate(*der);
  ASSERT_TRUE(facts);
  ASSERT_TRUE(made.certificate);
  EXPECT_EQ(facts->common_name, "S3EUVBRJLBdev1");
  EXPECT_EQ(made.certificate->subject, "S3EUVBRJLBdev1");
  EXPECT_EQ(made.certificate->sha256, base::Bytes(facts->sha256.begin(), facts->sha256.end()));
  EXPECT_EQ(made.certificate->not_after, facts->not_after);
  EXPECT_TRUE(issued.private_key_pem.text().starts_with("-----BEGIN PRIVATE KEY-----\n"));
  EXPECT_TRUE(made.awaits_activation);
}

TEST_F(CertificateTest, IssuesOnlyForGroupsThatIssueCertificates) {
  EXPECT_TRUE(issuer_.issues_for(group(CredentialKind::kCertificate), {}));
  EXPECT_FALSE(issuer_.issues_for(group(CredentialKind::kSecret), {}));
  EXPECT_FALSE(issuer_.issues_for(domain::Enrollment{}, {}));
}

TEST_F(CertificateTest, RegisteringAgain_GivesAnotherOneAndRetiresTheOneBefore) {
  domain::Device last = device();
  handed(last);
  const base::Bytes first = last.certificate->sha256;
  for (int i = 1; i <= 6; ++i) {
    domain::Device next = device(i);
    handed(next, &last, true);  // its key is with the device alone: there is no same one
    EXPECT_NE(next.certificate->sha256, last.certificate->sha256);
    EXPECT_EQ(next.retired_certificates.front().sha256, last.certificate->sha256);
    EXPECT_EQ(next.retired_certificates.front().retired_at, base::from_unix_seconds(i));
    last = next;
  }
  ASSERT_EQ(last.retired_certificates.size(), domain::kRetiredKeysMax);
  for (const auto& each : last.retired_certificates) EXPECT_NE(each.sha256, first);
}

TEST_F(CertificateTest, DeviceThatHadKeys_LosesThem) {
  domain::Device first = device();
  first.keys.emplace();
  domain::Device made = device(10);
  made.keys.emplace();
  handed(made, &first);
  EXPECT_FALSE(made.keys);
  EXPECT_TRUE(made.certificate);
}

TEST_F(CertificateTest, IdThatIsTooLongForACommonName_IsInItAsItsDigest) {
  domain::Device made = device();
  made.id = domain::DeviceId::trusted(std::string(100, 'x'));
  handed(made);
  ASSERT_TRUE(made.certificate);
  EXPECT_EQ(made.certificate->subject.size(), 64U);
}

TEST_F(CertificateTest, WithoutACaOrWithOneThatHasExpired_ItIsRefusedAsInternal) {
  const domain::Enrollment by = group(CredentialKind::kCertificate);
  const std::string id = "S3EUVBRJLBdev1";
  domain::Device made = device();
  Certificate without(nullptr, rng_, clock_);
  EXPECT_EQ(without.issue({by, id, nullptr, false}, made).error().reason,
            domain::Reason::kInternal);
  clock_.advance(crypto::Authority::kLifetime);
  EXPECT_EQ(issuer_.issue({by, id, nullptr, false}, made).error().reason,
            domain::Reason::kInternal);
  EXPECT_FALSE(made.certificate);
}

}  // namespace
}  // namespace berth::issuing
