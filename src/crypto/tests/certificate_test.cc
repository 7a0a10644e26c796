#include "crypto/certificate.h"

#include "crypto/tests/pki.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace berth::crypto {
namespace {

using pki::leaf;
using pki::Made;
using pki::make;
using pki::Recipe;

class CertificateTest : public testing::Test {
 protected:
  ~CertificateTest() override { EXPECT_EQ(ERR_peek_error(), 0UL); }
  const Made made_ = make(leaf("dev-1"));
  const std::string pem_ = certificate_pem(made_.der);
};

TEST_F(CertificateTest, Facts_AreThoseThatOpenSslTells) {
  const Made root = make(pki::ca("Root"));
  const Made device = make(leaf("dev-1"), &root);
  const auto facts = read_certificate(device.der);
  ASSERT_TRUE(facts) << facts.error().what;
  EXPECT_EQ(facts->common_name, "dev-1");
  EXPECT_EQ(facts->subject, "CN=dev-1,O=Pki");
  EXPECT_EQ(facts->issuer, "CN=Root,O=Pki");
  EXPECT_EQ(facts->key, "P-256");
  EXPECT_EQ(facts->version, 3);
  EXPECT_FALSE(facts->is_ca);
  EXPECT_EQ(facts->not_before, pki::day(-100));
  EXPECT_EQ(facts->not_after, pki::day(1000));
  EXPECT_EQ(facts->sha256, sha256(device.der));
  unsigned char sha1[20];
  X509_digest(device.x509.get(), EVP_sha1(), sha1, nullptr);
  EXPECT_EQ(fingerprint_text(facts->sha1), fingerprint_text(sha1));
  EXPECT_TRUE(read_certificate(root.der)->is_ca);
}

TEST_F(CertificateTest, KeyFingerprint_IsTheSameForEveryCertificateOfAKey) {
  const Made again = make(leaf("dev-1"), nullptr, made_.key);
  EXPECT_EQ(read_certificate(again.der)->spki_sha256, read_certificate(made_.der)->spki_sha256);
  EXPECT_NE(read_certificate(again.der)->sha256, read_certificate(made_.der)->sha256);
}

TEST_F(CertificateTest, NamesBeyondAscii_StayReadable) {
  const auto facts = read_certificate(make(leaf("Gerät-1")).der);
  EXPECT_EQ(facts->common_name, "Gerät-1");
  EXPECT_EQ(facts->subject, "CN=Gerät-1,O=Pki");
}

TEST_F(CertificateTest, Texts_MayBePemOneLongLineOrBareBase64) {
  const std::string body = base::base64_encode(made_.der);
  for (const std::string& text :
       {pem_, "bag attributes: none\r\n" + pem_ + "\nmore",
        "-----BEGIN CERTIFICATE-----\r\n" + body + "\r\n-----END CERTIFICATE-----",
        "-----BEGIN CERTIFICATE-----" + body + "-----END CERTIFICATE-----", body,
        "  " + body + "\n"}) {
    const auto der = certificate_der(text);
    ASSERT_TRUE(der) << text << ": " << der.error().what;
    EXPECT_EQ(*der, made_.der);
  }
}

TEST_F(CertificateTest, SeveralCertificates_AreReadInOrderUpToALimit) {
  const Made other = make(leaf("dev-2"));
  const std::string both = pem_ + certificate_pem(other.der);
  EXPECT_EQ(certificates_der(both).value(), (std::vector{made_.der, other.der}));
  EXPECT_EQ(certificate_der(both).value(), made_.der);
  EXPECT_TRUE(certificates_der(both, 2));
  EXPECT_FALSE(certificates_der(both, 1));
  const std::string key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
  EXPECT_EQ(certificates_der(key + pem_).value(), std::vector<base::Bytes>{made_.der});
}

TEST_F(CertificateTest, BrokenTexts_AreRefusedWithAWord) {
  const std::string body = base::base64_encode(made_.der);
  for (const std::string& text :
       {std::string(), std::string("not base64!"), body.substr(4), body + "AAAA",
        pem_.substr(0, pem_.size() - 8), std::string("-----BEGIN CERTIFICATE-----\n"),
        std::string("-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n"),
        std::string("-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n"),
        std::string(1'000'000, 'A')}) {
    const auto der = certificate_der(text);
    ASSERT_FALSE(der) << text.substr(0, 80);
    EXPECT_FALSE(der.error().what.empty());
  }
}

TEST_F(CertificateTest, SizesBeyondTheLimit_AreRefused) {
  Recipe recipe = leaf("dev-1");
  for (int i = 0; i < 100; ++i) {
    recipe.alternative +=
        std::string(i == 0 ? "" : ",") + "DNS:" + std::string(200, 'a') + std::to_string(i);
  }
  const Made large = make(recipe);
  ASSERT_GT(large.der.size(), kCertificateBytesMax);
  EXPECT_FALSE(read_certificate(large.der));
  EXPECT_FALSE(certificate_der(certificate_pem(large.der)));
}

TEST_F(CertificateTest, FormerVersions_AreRead) {
  Recipe recipe = leaf("dev-1");
  recipe.version = 0;
  EXPECT_EQ(read_certificate(make(recipe).der)->version, 1);
}

TEST_F(CertificateTest, TimeThatCannotBeRead_IsRefused) {
  base::Bytes der = made_.der;
  const std::string_view text(reinterpret_cast<const char*>(der.data()), der.size());
  const std::size_t at = text.find("250923");  // day(-100)
  ASSERT_NE(at, std::string_view::npos);
  der[at + 2] = '9';  // the 99th month
  EXPECT_FALSE(read_certificate(der));
}

}  // namespace
}  // namespace berth::crypto
