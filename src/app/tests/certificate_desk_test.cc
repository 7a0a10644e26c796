#include "app/certificate_desk.h"

#include "app/vault.h"
#include "base/clock.h"
#include "base/rng.h"
#include "crypto/certificate.h"
#include "crypto/tests/dice_vectors.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

namespace berth::app {
namespace {

// What the maker of boards gives, and the key that signed it.
using crypto::testing::kAliasCertificate;
using crypto::testing::kDeviceIdCertificate;

class CertificateDeskTest : public testing::Test {
 protected:
  CertificateDeskTest() : authority_(make("Berth CA", 1)) {
    vault_ = *make_vault(rng_.secret(32), rng_);
    desk_.emplace(authority_, *vault_, rng_, clock_);
  }
  std::shared_ptr<const crypto::Authority> make(std::string_view name, int below) {
    return std::make_shared<crypto::Authority>(
        *crypto::Authority::create(name, rng_, clock_, below));
  }
  domain::Certificate read(std::string_view text) {
    Result<domain::Certificate> certificate = desk_->read(text);
    EXPECT_TRUE(certificate) << certificate.error().what;
    return certificate ? *std::move(certificate) : domain::Certificate();
  }
  std::string refusal(std::string_view text) {
    const Result<domain::Certificate> certificate = desk_->read(text);
    return certificate ? "" : certificate.error().what;
  }

  base::FakeClock clock_;
  base::SeededRng rng_{7};
  std::shared_ptr<const crypto::Authority> authority_;
  std::unique_ptr<provisioning::Vault> vault_;
  std::optional<CertificateDesk> desk_;
};

TEST_F(CertificateDeskTest, CertificateIsReadAsPemAndAsBareBase64) {
  const domain::Certificate pem = read(authority_->certificate_pem());
  EXPECT_EQ(pem.common_name, "Berth CA");
  EXPECT_TRUE(pem.is_ca);
  EXPECT_FALSE(pem.by_key);
  EXPECT_EQ(pem.sha256.size(), 32U);
  EXPECT_EQ(pem.sha1.size(), 20U);
  EXPECT_EQ(read(base::base64_encode(pem.der)), pem);
}

TEST_F(CertificateDeskTest, CertificateOfABoardIsKnownByItsKeyAndComesWithAWarning) {
  const domain::Certificate alias = read(kAliasCertificate);
  EXPECT_EQ(alias.common_name, "az-c8930123456av1v3v7");
  EXPECT_TRUE(alias.by_key);
  EXPECT_EQ(base::hex_encode(alias.spki_sha256),
            "d5f241aa210806b56f52505ead3cff40e552b2838a0a25d751c0fdeef4e12700");
  EXPECT_NE(desk_->warning(alias).find("nonce"), std::string::npos);
  EXPECT_EQ(desk_->warning(read(authority_->certificate_pem())), "");
}

TEST_F(CertificateDeskTest, KeyThatABoardSignsWithIsNoCa) {
  EXPECT_NE(refusal(kDeviceIdCertificate).find("nonce"), std::string::npos)
      << refusal(kDeviceIdCertificate);
}

TEST_F(CertificateDeskTest, OtherTextsAreRefusedInWords) {
  EXPECT_NE(refusal("no certificate"), "");
  EXPECT_NE(refusal(""), "");
  EXPECT_NE(refusal(std::string(100'000, 'A')), "");
}

TEST_F(CertificateDeskTest, PossessionIsACertificateForTheCodeFromTheSameCa) {
  const domain::Certificate ca = read(authority_->certificate_pem());
  const std::string code(48, 'A');
  const auto proof_of = [&](const crypto::Authority& by, std::string_view name) {
    return read(by.issue_client(name, rng_, clock_)->certificate_pem);
  };
  EXPECT_TRUE(desk_->check_possession(ca, proof_of(*authority_, code), code));
  EXPECT_FALSE(desk_->check_possession(ca, proof_of(*authority_, "another"), code));
  EXPECT_FALSE(desk_->check_possession(ca, proof_of(*make("Berth CA", 1), code), code));
}

TEST_F(CertificateDeskTest, IssuingCaHangsBelowTheServersOwn) {
  const domain::ScopeId scope = *domain::ScopeId::parse("0ne00ABCDEF");
  const Result<domain::IssuingAuthority> issuing = desk_->make_issuing_authority(scope);
  ASSERT_TRUE(issuing) << issuing.error().what;
  EXPECT_EQ(issuing->root, read(authority_->certificate_pem()).der);
  const domain::Certificate own = read(crypto::certificate_pem(issuing->certificate));
  EXPECT_EQ(own.issuer, "CN=Berth CA");
  EXPECT_TRUE(own.is_ca);
  EXPECT_TRUE(vault_->open(issuing->key, domain::issuing_context(scope)));
}

TEST_F(CertificateDeskTest, ServerWhoseCaMayHaveNoneBelowItMakesARootForTheScope) {
  desk_.emplace(make("Berth CA", 0), *vault_, rng_, clock_);
  const Result<domain::IssuingAuthority> issuing =
      desk_->make_issuing_authority(*domain::ScopeId::parse("0ne00ABCDEF"));
  ASSERT_TRUE(issuing) << issuing.error().what;
  const domain::Certificate own = read(crypto::certificate_pem(issuing->certificate));
  const domain::Certificate root = read(crypto::certificate_pem(issuing->root));
  EXPECT_EQ(own.issuer, root.subject);
  EXPECT_NE(own.subject, root.subject);
  EXPECT_EQ(root.issuer, root.subject);
}

}  // namespace
}  // namespace berth::app
