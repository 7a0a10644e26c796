// Keys that devices make for themselves: the request proves the key and names nobody, the
// certificate is of the same key and of nobody else.
#include "crypto/own_key.h"

#include "crypto/certificate.h"
#include "crypto/csr.h"
#include "crypto/hash.h"
#include "crypto/tests/pki.h"

#include <gtest/gtest.h>

namespace berth::crypto {
namespace {

CertificateFacts facts(const std::string& pem) {
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
      BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free_all);
  const pki::X509Owner x509(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_X509(x509.get(), &der);
  const base::Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return read_certificate(bytes).value();
}

TEST(OwnKey, AsksWithoutANameAndProvesItself) {
  const OwnKey key = OwnKey::make().value();
  const Result<CertificateRequest> request = read_csr(csr_der(*key.request_pem()).value());
  ASSERT_TRUE(request) << request.error().what;
  EXPECT_EQ(request->key, "P-256");
  EXPECT_TRUE(request->common_name.empty());
}

TEST(OwnKey, SignsACertificateOfItself) {
  base::SeededRng rng(1);
  const base::FakeClock clock;
  const OwnKey key = OwnKey::make().value();
  const Result<std::string> pem = key.certificate_pem("sn-1", rng, clock);
  ASSERT_TRUE(pem) << pem.error().what;
  const CertificateFacts certificate = facts(*pem);
  EXPECT_EQ(certificate.common_name, "sn-1");
  EXPECT_FALSE(certificate.is_ca);
  const CertificateRequest request = read_csr(csr_der(*key.request_pem()).value()).value();
  EXPECT_EQ(certificate.spki_sha256, sha256(request.spki));
  EXPECT_LE(certificate.not_before, clock.wall());
  EXPECT_GE(certificate.not_after, clock.wall() + OwnKey::kLifetime - std::chrono::seconds(1));
}

TEST(OwnKey, IsAnotherOneEachTime) {
  const Secret first = OwnKey::make()->private_key_pem().value();
  const Secret second = OwnKey::make()->private_key_pem().value();
  EXPECT_TRUE(first.text().starts_with("-----BEGIN PRIVATE KEY-----"));
  EXPECT_FALSE(first.equals(second));
}

TEST(OwnKey, RefusesNamesThatNoCertificateCanHave) {
  base::SeededRng rng(1);
  const base::FakeClock clock;
  const OwnKey key = OwnKey::make().value();
  EXPECT_TRUE(key.certificate_pem(std::string(OwnKey::kNameMax, 'n'), rng, clock));
  for (const std::string& name :
       {std::string(), std::string("a\nb"), std::string(OwnKey::kNameMax + 1, 'n')}) {
    const Result<std::string> refused = key.certificate_pem(name, rng, clock);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  }
}

}  // namespace
}  // namespace berth::crypto
