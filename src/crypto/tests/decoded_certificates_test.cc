#include "crypto/decoded_certificates.h"

#include "crypto/certificate.h"
#include "crypto/chain.h"
#include "crypto/tests/pki.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

#include <functional>
#include <thread>

namespace berth::crypto {
namespace {

using pki::ca;
using pki::day;
using pki::leaf;
using pki::Made;
using pki::make;
using pki::Recipe;

class DecodedCertificatesTest : public testing::Test {
 protected:
  ~DecodedCertificatesTest() override { EXPECT_EQ(ERR_peek_error(), 0UL); }

  static std::uint64_t decoded_by(const std::function<void()>& work) {
    const std::uint64_t before = certificates_decoded();
    work();
    return certificates_decoded() - before;
  }
  // What judges `presented` with nothing but this thread's decoded certificates to go by.
  static Result<VerifiedChain, ChainTrouble> verify(const Made& root,
                                                    const std::vector<base::Bytes>& presented,
                                                    TimePoint now = day(0)) {
    const auto anchors = TrustAnchors::make(std::vector<base::Bytes>{root.der}).value();
    return ChainVerifier().verify(*anchors, presented, {}, {now});
  }
};

TEST_F(DecodedCertificatesTest, ReadAgain_IsNotDecodedAgainAndSaysTheSame) {
  const Made device = make(leaf("dev-1"));
  CertificateFacts first;
  CertificateFacts second;
  EXPECT_EQ(decoded_by([&] { first = read_certificate(device.der).value(); }), 1U);
  EXPECT_EQ(decoded_by([&] { second = read_certificate(device.der).value(); }), 0U);
  EXPECT_EQ(first.common_name, "dev-1");
  EXPECT_EQ(second.common_name, "dev-1");
  EXPECT_EQ(second.sha256, first.sha256);
  EXPECT_EQ(second.spki_sha256, first.spki_sha256);
}

TEST_F(DecodedCertificatesTest, DecodedElsewhere_IsTaken) {
  const Made root = make(ca("Root"));
  const Made device = make(leaf("dev-1"), &root);
  EXPECT_EQ(remember_decoded(device.x509.get()), device.der);
  const std::size_t kept = decoded_certificates_kept();
  EXPECT_EQ(remember_decoded(device.x509.get()), device.der);
  EXPECT_EQ(decoded_certificates_kept(), kept) << "once";
  EXPECT_EQ(decoded_by([&] { EXPECT_TRUE(verify(root, {device.der})); }), 0U);
}

TEST_F(DecodedCertificatesTest, DecodedElsewhere_OutlivesWhoDecodedIt) {
  base::Bytes der;
  {
    const Made device = make(leaf("dev-1"));
    der = remember_decoded(device.x509.get());
  }
  EXPECT_EQ(read_certificate(der)->common_name, "dev-1");
}

TEST_F(DecodedCertificatesTest, OtherBytes_AreNotTakenForIt) {
  const Made root = make(ca("Root"));
  const Made device = make(leaf("dev-1"), &root);
  ASSERT_FALSE(remember_decoded(device.x509.get()).empty());
  base::Bytes altered = device.der;
  altered.back() ^= 1U;  // the signature's last byte
  EXPECT_EQ(verify(root, {altered}).error().fault, ChainFault::kSignature);
  base::Bytes followed = device.der;
  followed.push_back(0);
  EXPECT_FALSE(read_certificate(followed));
}

TEST_F(DecodedCertificatesTest, Decoded_IsNotTrusted) {
  const Made root = make(ca("Root"));
  Recipe short_lived = leaf("dev-1");
  short_lived.until = day(10);
  const Made device = make(short_lived, &root);
  ASSERT_FALSE(remember_decoded(device.x509.get()).empty());
  ASSERT_FALSE(remember_decoded(root.x509.get()).empty());
  ASSERT_TRUE(verify(root, {device.der, root.der}));
  EXPECT_EQ(verify(root, {device.der, root.der}, day(11)).error().fault, ChainFault::kExpired);
  EXPECT_EQ(verify(make(ca("Another")), {device.der, root.der}).error().fault,
            ChainFault::kUntrusted);
}

TEST_F(DecodedCertificatesTest, WithATimeThatCannotBeRead_IsRefusedAllTheSame) {
  const Made device = make(leaf("dev-1"));
  ASSERT_EQ(ASN1_STRING_set(X509_getm_notAfter(device.x509.get()), "never", -1), 1);
  i2d_re_X509_tbs(device.x509.get(), nullptr);
  const std::size_t kept = decoded_certificates_kept();
  const base::Bytes der = remember_decoded(device.x509.get());
  EXPECT_FALSE(der.empty());
  EXPECT_EQ(decoded_certificates_kept(), kept);
  EXPECT_FALSE(read_certificate(der));
}

TEST_F(DecodedCertificatesTest, AnotherThread_DecodesForItself) {
  const Made device = make(leaf("dev-1"));
  ASSERT_TRUE(read_certificate(device.der));
  std::uint64_t decoded = 0;
  std::thread([&] {
    decoded = decoded_by([&] { EXPECT_TRUE(read_certificate(device.der)); });
  }).join();
  EXPECT_EQ(decoded, 1U);
}

TEST_F(DecodedCertificatesTest, Memory_IsBoundedAndTheOneUsedLongestAgoLeaves) {
  const Made used = make(leaf("used"));
  const Made unused = make(leaf("unused"));
  ASSERT_TRUE(read_certificate(unused.der));
  for (std::size_t i = 0; i < kDecodedCertificatesMax; ++i) {
    ASSERT_TRUE(read_certificate(used.der));
    ASSERT_TRUE(read_certificate(make(leaf("dev-" + std::to_string(i))).der));
  }
  EXPECT_EQ(decoded_certificates_kept(), kDecodedCertificatesMax);
  EXPECT_EQ(decoded_by([&] { EXPECT_TRUE(read_certificate(used.der)); }), 0U);
  EXPECT_EQ(decoded_by([&] { EXPECT_TRUE(read_certificate(unused.der)); }), 1U);
}

}  // namespace
}  // namespace berth::crypto
