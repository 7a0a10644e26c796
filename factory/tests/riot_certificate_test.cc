#include "factory/riot_certificate.h"

#include "crypto/openssl_parts.h"
#include "crypto/riot_leaf.h"
#include "factory/tests/riot_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace berth::factory {
namespace {

using base::Bytes;
using testing::firmware_signature;
using ::testing::HasSubstr;
using testing::k1_identity;
using testing::kBoardId;
using testing::kK1Alias;
using testing::kK1DeviceId;

Bytes vector_of(const char* base64) { return *base::base64_decode(base64); }

crypto::CertificatePtr parsed(const Bytes& der) {
  const unsigned char* at = der.data();
  return crypto::CertificatePtr(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
}

bool verifies(const Bytes& certificate, const Bytes& issuer) {
  const crypto::CertificatePtr leaf = parsed(certificate);
  const crypto::CertificatePtr above = parsed(issuer);
  return leaf && above && X509_verify(leaf.get(), X509_get0_pubkey(above.get())) == 1;
}

// 0: a chain OpenSSL accepts for a client of TLS.
int chain_error(const Bytes& certificate, const Bytes& issuer) {
  const crypto::CertificatePtr leaf = parsed(certificate);
  const crypto::CertificatePtr above = parsed(issuer);
  X509_STORE* store = X509_STORE_new();
  X509_STORE_add_cert(store, above.get());
  X509_STORE_CTX* check = X509_STORE_CTX_new();
  X509_STORE_CTX_init(check, store, leaf.get(), nullptr);
  X509_STORE_CTX_set_purpose(check, X509_PURPOSE_SSL_CLIENT);
  X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(check), 1'767'225'600);  // 2026
  const int error = X509_verify_cert(check) == 1 ? 0 : X509_STORE_CTX_get_error(check);
  X509_STORE_CTX_free(check);
  X509_STORE_free(store);
  ERR_clear_error();
  return error;
}

// With the firmware's nonce, the whole of both certificates.
TEST(RiotCertificate, IsWhatFirmwarePresentsByteForByteButForTheNonce) {
  const RiotIdentity identity = k1_identity();
  const Bytes alias = alias_tbs(identity, {kBoardId, RiotLayout::kFirmware});
  const Bytes device_id = device_id_tbs(identity.device_id.point);
  EXPECT_EQ(joined_certificate(alias, firmware_signature(alias, identity.device_id.scalar)),
            vector_of(kK1Alias));
  EXPECT_EQ(joined_certificate(device_id, firmware_signature(device_id, identity.device_id.scalar)),
            vector_of(kK1DeviceId));
}

TEST(RiotCertificate, HasTheDigestsOfTheVector) {
  EXPECT_EQ(public_key_sha256(k1_identity().alias.point),
            "d5f241aa210806b56f52505ead3cff40e552b2838a0a25d751c0fdeef4e12700");
  EXPECT_EQ(certificate_sha256(vector_of(kK1Alias)),
            "5e03e061f4625ce727bb4bcddfe4e288bfa607a21b7f8b97cc2a91868adc89a1");
}

TEST(RiotCertificate, IsSignedSoundlyAndTheSameEveryTime) {
  const RiotIdentity identity = k1_identity();
  const auto device_id = device_id_certificate(identity.device_id);
  ASSERT_TRUE(device_id);
  EXPECT_FALSE(crypto::is_signed_with_constant_nonce(*device_id));
  EXPECT_TRUE(verifies(*device_id, *device_id));
  for (const RiotLayout layout : {RiotLayout::kStandard, RiotLayout::kFirmware}) {
    const auto alias = alias_certificate(identity, {kBoardId, layout});
    ASSERT_TRUE(alias);
    EXPECT_FALSE(crypto::is_signed_with_constant_nonce(*alias));
    EXPECT_TRUE(verifies(*alias, *device_id));
    EXPECT_EQ(*alias_certificate(identity, {kBoardId, layout}), *alias);
  }
}

TEST(RiotCertificate, IsAcceptedByOpensslUnlessItIsWrittenAsFirmwareDoes) {
  const RiotIdentity identity = k1_identity();
  const Bytes device_id = *device_id_certificate(identity.device_id);
  EXPECT_EQ(chain_error(*alias_certificate(identity, {kBoardId}), device_id), 0);
  EXPECT_NE(chain_error(*alias_certificate(identity, {kBoardId, RiotLayout::kFirmware}), device_id),
            0);
}

TEST(RiotCertificate, NamesTheCompositeIdInAWellFormedName) {
  const RiotIdentity identity = k1_identity();
  const crypto::CertificatePtr alias = parsed(*alias_certificate(identity, {kBoardId}));
  auto* names = static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(alias.get(), NID_subject_alt_name, nullptr, nullptr));
  ASSERT_NE(names, nullptr);
  ASSERT_EQ(sk_GENERAL_NAME_num(names), 1);
  const GENERAL_NAME* name = sk_GENERAL_NAME_value(names, 0);
  ASSERT_EQ(name->type, GEN_OTHERNAME);
  std::array<char, 64> oid{};
  OBJ_obj2txt(oid.data(), oid.size(), name->d.otherName->type_id, 1);
  EXPECT_STREQ(oid.data(), "1.3.6.1.4.1.311.89.3.1");
  EXPECT_EQ(name->d.otherName->value->type, V_ASN1_SEQUENCE);
  GENERAL_NAMES_free(names);
}

TEST(RiotCertificate, KnowsTheNonceOfFirmware) {
  EXPECT_TRUE(crypto::is_signed_with_constant_nonce(vector_of(kK1Alias)));
  EXPECT_TRUE(crypto::is_signed_with_constant_nonce(vector_of(kK1DeviceId)));
  EXPECT_FALSE(crypto::is_signed_with_constant_nonce({}));
  EXPECT_FALSE(crypto::is_signed_with_constant_nonce(base::as_bytes("no certificate")));
  Bytes cut = vector_of(kK1Alias);
  cut.resize(cut.size() - 1);
  EXPECT_FALSE(crypto::is_signed_with_constant_nonce(cut));
}

TEST(RiotCertificate, IsComparedByItsKey) {
  const RiotIdentity identity = k1_identity();
  const auto theirs = compare_certificate(certificate_pem(vector_of(kK1Alias)), identity.alias);
  ASSERT_TRUE(theirs) << theirs.error().what;
  EXPECT_TRUE(theirs->same_key);
  EXPECT_TRUE(theirs->constant_nonce);
  const auto ours = compare_certificate(certificate_pem(*alias_certificate(identity, {kBoardId})),
                                        identity.alias);
  EXPECT_TRUE(ours->same_key);
  EXPECT_FALSE(ours->constant_nonce);
  EXPECT_FALSE(
      compare_certificate(certificate_pem(vector_of(kK1DeviceId)), identity.alias)->same_key);
  EXPECT_FALSE(compare_certificate("no certificate", identity.alias));
}

TEST(RiotCertificate, TakesIdsUpToTheLimit) {
  const RiotIdentity identity = k1_identity();
  EXPECT_FALSE(alias_certificate(identity, {""}));
  const std::string longest(kRegistrationIdMax, 'a');
  const auto alias = alias_certificate(identity, {longest});
  ASSERT_TRUE(alias);
  EXPECT_TRUE(parsed(*alias));
  const auto refused = alias_certificate(identity, {longest + "a"});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("129 characters"));
}

TEST(RiotCertificate, PemIsWrappedAndReadByOpenssl) {
  const Bytes der = vector_of(kK1Alias);
  const std::string pem = certificate_pem(der);
  std::size_t begin = 0;
  for (std::size_t end = pem.find('\n'); end != pem.npos; end = pem.find('\n', begin)) {
    EXPECT_LE(end - begin, 64U);
    begin = end + 1;
  }
  const crypto::BioPtr text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const crypto::CertificatePtr read(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  ASSERT_TRUE(read);
  unsigned char* again = nullptr;
  const int size = i2d_X509(read.get(), &again);
  EXPECT_EQ(Bytes(again, again + size), der);
  OPENSSL_free(again);
}

}  // namespace
}  // namespace berth::factory
