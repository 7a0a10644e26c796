#include "crypto/certificate_library.h"

#include "crypto/certificate.h"
#include "crypto/openssl_parts.h"
#include "crypto/tests/pki.h"

#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace berth::crypto {
namespace {

using pki::ca;
using pki::leaf;
using pki::Made;
using pki::make;
using pki::Recipe;

CertificatePtr decoded_in(OSSL_LIB_CTX* library, const base::Bytes& der) {
  X509* certificate = X509_new_ex(library, nullptr);
  const unsigned char* at = der.data();
  d2i_X509(&certificate, &at, static_cast<long>(der.size()));
  return CertificatePtr(certificate);
}

Made certified(const std::string& key) {
  Recipe recipe = ca("Root");
  recipe.key = key;
  return make(recipe);
}

TEST(CertificateLibrary, IsThereAndNotTheDefaultOne) {
  ASSERT_NE(certificate_library(), nullptr);
  EXPECT_EQ(certificate_library(), certificate_library());
  EXPECT_EQ(OSSL_PROVIDER_available(certificate_library(), "default"), 0);
  EXPECT_EQ(ERR_peek_error(), 0UL);
}

TEST(CertificateLibrary, IsNotForMachinesWithProvidersOfTheirOwn) {
  EXPECT_TRUE(has_only_defaults(nullptr));
  const std::unique_ptr<OSSL_LIB_CTX, decltype(&OSSL_LIB_CTX_free)> machine(OSSL_LIB_CTX_new(),
                                                                            &OSSL_LIB_CTX_free);
  OSSL_PROVIDER* const usual = OSSL_PROVIDER_load(machine.get(), "default");
  ASSERT_NE(usual, nullptr);
  EXPECT_TRUE(has_only_defaults(machine.get()));
  ASSERT_EQ(EVP_default_properties_enable_fips(machine.get(), 1), 1);
  EXPECT_FALSE(has_only_defaults(machine.get()));
  ASSERT_EQ(EVP_default_properties_enable_fips(machine.get(), 0), 1);
  EXPECT_TRUE(has_only_defaults(machine.get()));
  OSSL_PROVIDER* const other = OSSL_PROVIDER_load(machine.get(), "null");
  ASSERT_NE(other, nullptr);
  EXPECT_FALSE(has_only_defaults(machine.get()));
  OSSL_PROVIDER_unload(other);
  OSSL_PROVIDER_unload(usual);
}

TEST(CertificateLibrary, KeysOfCertificates_AreWhatTheDefaultOneDecodes) {
  for (const char* kind : {"P-256", "P-384", "P-521", "P-224", "brainpoolP256r1", "secp256k1",
                           "explicit", "RSA-2048", "RSA-1024", "Ed25519", "Ed448"}) {
    const Made made = certified(kind);
    const CertificatePtr here = decoded_in(certificate_library(), made.der);
    const CertificatePtr there = decoded_in(nullptr, made.der);
    ASSERT_TRUE(here && there) << kind;
    EVP_PKEY* const key = X509_get0_pubkey(here.get());
    ASSERT_NE(key, nullptr) << kind;
    EXPECT_EQ(EVP_PKEY_eq(key, X509_get0_pubkey(there.get())), 1) << kind;
    EXPECT_EQ(key_text(key), key_text(X509_get0_pubkey(there.get()))) << kind;
    EXPECT_EQ(X509_verify(here.get(), key), 1) << kind;
    EXPECT_EQ(X509_verify(here.get(), X509_get0_pubkey(there.get())), 1) << kind;
    EXPECT_EQ(X509_verify(there.get(), key), 1) << kind;
    ERR_clear_error();
  }
}

TEST(CertificateLibrary, SignaturesOfEveryGoodDigest_AreVerified) {
  for (const char* kind : {"P-256", "RSA-2048"}) {
    for (const EVP_MD* digest : {EVP_sha256(), EVP_sha384(), EVP_sha512(), EVP_sha3_256(),
                                 EVP_sha3_384(), EVP_sha3_512(), EVP_sha1()}) {
      const std::string name = std::string(kind) + ' ' + EVP_MD_get0_name(digest);
      // OpenSSL 3.0 knows no signatures of SHA-3 by ECDSA.
      if (name.starts_with("P-256 SHA3")) continue;
      Recipe recipe = ca("Root");
      recipe.key = kind;
      recipe.digest = digest;
      Made made = make(recipe);
      const CertificatePtr good = decoded_in(certificate_library(), made.der);
      EXPECT_EQ(X509_verify(good.get(), X509_get0_pubkey(good.get())), 1) << name;
      made.der.back() ^= 1U;  // of the signature
      const CertificatePtr bad = decoded_in(certificate_library(), made.der);
      EXPECT_NE(X509_verify(bad.get(), X509_get0_pubkey(bad.get())), 1) << name;
      ERR_clear_error();
    }
  }
}

// Nobody can be let in with them; refusals say what they are.
TEST(CertificateLibrary, KeysOfOtherKinds_AreNamed) {
  const Made root = certified("P-256");
  for (const char* kind : {"X25519", "X448"}) {
    const pki::KeyOwner key(EVP_PKEY_Q_keygen(nullptr, nullptr, kind), EVP_PKEY_free);
    const Made device = make(leaf("dev-1"), &root, key);
    EXPECT_EQ(X509_get0_pubkey(decoded_in(certificate_library(), device.der).get()), nullptr);
    ERR_clear_error();
    const Result<CertificateFacts> facts = read_certificate(device.der);
    ASSERT_TRUE(facts) << kind;
    EXPECT_EQ(facts->key, kind);
  }
}

TEST(CertificateLibrary, ManyThreads_DecodeAndVerify) {
  const Made root = certified("P-256");
  std::vector<std::thread> threads;
  std::atomic<int> good = 0;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        const CertificatePtr each = decoded_in(certificate_library(), root.der);
        good += X509_verify(each.get(), X509_get0_pubkey(each.get())) == 1 ? 1 : 0;
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(good, 100);
}

}  // namespace
}  // namespace berth::crypto
