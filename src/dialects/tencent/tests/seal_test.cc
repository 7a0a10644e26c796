#include "dialects/tencent/seal.h"

#include "base/codec.h"
#include "crypto/cbc.h"
#include "dialects/tencent/tests/register_harness.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace berth::dialects::tencent {
namespace {

using testing::issued_secret;
using testing::kLoggedSecret;
using testing::kPlainSecret;
using testing::kWorkedSecret;

domain::IssuedCertificate issued_certificate(std::string certificate, std::string_view key) {
  return {std::move(certificate), Secret::from_text(key)};
}

std::string opened(const SealedCredential& sealed, std::string_view product_secret) {
  const std::string zeros(16, '0');
  const auto key = base::as_bytes(product_secret).first<16>();
  const auto iv = base::as_bytes(zeros).first<16>();
  const auto plain =
      crypto::decrypt_aes128_cbc(key, iv, base::base64_decode(sealed.payload).value());
  return plain ? std::string(plain->text()) : std::string();
}

struct Vector {
  std::string_view product_secret;
  std::string_view device_secret;
  std::size_t plain_bytes;
  std::string_view payload;
};

// tencent.md §5.2; the first is the ciphertext of the vendor's own cloud, the second the worked
// example of its API page.
constexpr Vector kVectors[] = {
    {kLoggedSecret, "7WmFA/MEs+Fy+32QwJWtYw==", 53,
     "eHGRUBar9LBPI+mcaHnVEZsj05mSdoZLPhd54hDJXv/2va2rXSpfddgRy5XE/FIS835NjUr5Mhw1AJSg4yGC/w=="},
    {kWorkedSecret, "lDZ6Uqt+I9E0wW7rvDUs7Q==", 53,
     "s6FB3a1BA/YYbcmSE12XpeDVmQNDcf1QgVD141RRbmmAnFwQfp1ECAu5O016mCOvYlJJ6V59yM4OqQSiWphfTg=="},
    {kPlainSecret, "AAECAwQFBgcICQoLDA0ODw==", 53,
     "utkU+JMoQ9Xlnldd66IE8rjBp6endM6AZzzmzxkBOjjlQzJt8IVc/3zpvsDI34TlyII2wv6fFH+XhEpwdRJU0g=="},
    {kPlainSecret, "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", 61,
     "utkU+JMoQ9Xlnldd66IE8rjBp6endM6AZzzmzxkBOjjlQzJt8IVc/3zpvsDI34TlroI7Emnye9vPIRia0MbVOw=="},
};

TEST(Seal, EncryptsSecretsAsTheVendorDoes) {
  for (const Vector& each : kVectors) {
    const auto sealed =
        seal(issued_secret(each.device_secret), Secret::from_text(each.product_secret));
    ASSERT_TRUE(sealed) << each.payload;
    EXPECT_EQ(sealed->payload, each.payload);
    EXPECT_EQ(sealed->plain_bytes, each.plain_bytes);
  }
}

TEST(Seal, EncryptsCertificatesAsTheVendorDoes) {
  const auto sealed = seal(issued_certificate("C", "K"), Secret::from_text(kPlainSecret));
  ASSERT_TRUE(sealed);
  EXPECT_EQ(
      sealed->payload,
      "utkU+JMoQ9Xlnldd66IE8jZg65z0pEWvmwZEHFMElrg5LxXiIwhoQzfZ8z+HjD5STAY4QLUPtooGyciBnYQRPQ==");
  EXPECT_EQ(sealed->plain_bytes, 53U);
}

TEST(Seal, PadsWithZeroBytes) {
  const auto sealed =
      seal(issued_secret("AAECAwQFBgcICQoLDA0ODw=="), Secret::from_text(kPlainSecret));
  ASSERT_TRUE(sealed);
  const std::string plain = opened(*sealed, kPlainSecret);
  EXPECT_EQ(plain.substr(0, 53), R"({"encryptionType":2,"psk":"AAECAwQFBgcICQoLDA0ODw=="})");
  EXPECT_EQ(plain.substr(53), std::string(11, '\0'));
}

TEST(Seal, PadsWholeBlocksWithNothing) {
  // 51 bytes around certificate and key.
  const auto sealed =
      seal(issued_certificate(std::string(12, 'C'), "K"), Secret::from_text(kPlainSecret));
  ASSERT_TRUE(sealed);
  EXPECT_EQ(sealed->plain_bytes, 64U);
  EXPECT_EQ(base::base64_decode(sealed->payload)->size(), 64U);
}

TEST(Seal, TakesTheFirstSixteenCharactersForKey) {
  const domain::Credential secret = issued_secret("AAECAwQFBgcICQoLDA0ODw==");
  const auto whole = seal(secret, Secret::from_text("0123456789abcdefghijklmn"));
  const auto other_end = seal(secret, Secret::from_text("0123456789abcdefOTHER"));
  ASSERT_TRUE(whole && other_end);
  EXPECT_EQ(whole->payload, other_end->payload);
}

TEST(Seal, WritesPemInOneLineWithoutEscapingSlashes) {
  const auto text =
      credential_text(issued_certificate("-----BEGIN CERTIFICATE-----\na/b+c=\n", "k/1\nk2\n"));
  ASSERT_TRUE(text);
  EXPECT_EQ(text->text(),
            R"({"encryptionType":1,"clientCert":"-----BEGIN CERTIFICATE-----\na/b+c=\n",)"
            R"("clientKey":"k/1\nk2\n"})");
}

TEST(Seal, RefusesWhatIsNoPemText) {
  // CRLF saves as a file that nothing loads; the others would break the JSON text.
  for (const std::string_view bad : {"a\r\nb", "a\"b", "a\\b", "a\tb", "\x7F", "\xC3\xA4", ""}) {
    EXPECT_FALSE(credential_text(issued_certificate(std::string(bad), "K"))) << bad;
    EXPECT_FALSE(credential_text(issued_certificate("C", bad))) << bad;
  }
}

TEST(Seal, KeepsWithinWhatFirmwareReads) {
  const auto pem = [](std::size_t size) { return std::string(size, 'C'); };
  const std::size_t around = credential_text(issued_certificate("C", "K"))->size() - 1;
  EXPECT_TRUE(credential_text(issued_certificate(pem(kPlaintextBytesMax - around), "K")));
  EXPECT_FALSE(credential_text(issued_certificate(pem(kPlaintextBytesMax - around + 1), "K")));

  // 48 bytes are 64 characters, all the client's buffer holds.
  EXPECT_TRUE(credential_text(domain::IssuedSecret{Secret::of_size(48)}));
  EXPECT_FALSE(credential_text(domain::IssuedSecret{Secret::of_size(49)}));
}

TEST(Seal, NeverMakesAnAnswerWithoutCredential) {
  // A client that gets none says that it succeeded, and keeps its placeholder.
  EXPECT_FALSE(credential_text(std::monostate()));
  EXPECT_FALSE(credential_text(domain::IssuedSecret{}));
}

TEST(Seal, NeedsSixteenCharactersOfProductSecret) {
  const domain::Credential secret = issued_secret("AAECAwQFBgcICQoLDA0ODw==");
  EXPECT_TRUE(seal(secret, Secret::from_text("0123456789abcdef")));
  EXPECT_FALSE(seal(secret, Secret::from_text("0123456789abcde")));
  EXPECT_FALSE(seal(secret, Secret()));
}

TEST(Seal, FailuresQuoteNoSecret) {
  const auto failed = credential_text(issued_certificate("C", "sesame\r"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what.find("sesame"), std::string::npos);
}

}  // namespace
}  // namespace berth::dialects::tencent
