// Keys of the standard templates pass, everything else is refused and named (dice-x509.md §7.1).
#include "crypto/tpm_public.h"

#include "crypto/hash.h"
#include "crypto/tests/software_tpm.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::crypto {
namespace {

using base::Bytes;

// Where fields are in the TPM2B_PUBLIC of an endorsement key.
constexpr std::size_t kTypeAt = 2;
constexpr std::size_t kNameAlgorithmAt = 4;
constexpr std::size_t kAttributesAt = 6;
constexpr std::size_t kPolicyAt = 12;
constexpr std::size_t kCipherAt = 44;
constexpr std::size_t kSchemeAt = 50;
constexpr std::size_t kBitsAt = 52;
constexpr std::size_t kExponentAt = 54;
constexpr std::size_t kModulusAt = 60;

const SoftwareTpm& tpm() {
  static const SoftwareTpm made;
  return made;
}

std::string refusal_of_ek(const Bytes& bytes) {
  const Result<TpmPublic> read = read_endorsement_key(bytes);
  return read ? "accepted" : read.error().what;
}

Bytes changed(std::size_t at, std::uint8_t high, std::uint8_t low) {
  Bytes bytes = tpm().endorsement_key();
  bytes[at] = high;
  bytes[at + 1] = low;
  return bytes;
}

TEST(TpmPublic, ReadsBothKeysAsDevicesSendThem) {
  const Bytes ek = tpm().endorsement_key();
  const Bytes srk = tpm().storage_root_key();
  ASSERT_EQ(ek.size(), kEndorsementKeyBytes);
  ASSERT_EQ(srk.size(), kStorageRootKeyBytes);
  EXPECT_EQ(base::base64_encode(ek).substr(0, 16), "AToAAQALAAMAsgAg");
  EXPECT_EQ(base::base64_encode(srk).substr(0, 16), "ARoAAQALAAMEcgAA");
  const Result<TpmPublic> read = read_endorsement_key(ek);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->bytes, ek);
  EXPECT_EQ(read->modulus, Bytes(ek.end() - 256, ek.end()));
  const Result<TpmPublic> root = read_storage_root_key(srk);
  ASSERT_TRUE(root) << root.error().what;
  EXPECT_EQ(root->bytes, srk);
}

TEST(TpmPublic, NamesAKeyWithoutItsSize) {
  const Bytes srk = tpm().storage_root_key();
  const Sha256 digest = sha256(std::span(srk).subspan(2));
  Bytes expected = {0x00, 0x0B};
  expected.insert(expected.end(), digest.begin(), digest.end());
  EXPECT_EQ(read_storage_root_key(srk)->name, expected);
}

TEST(TpmPublic, SaysWhichFieldIsWrong) {
  EXPECT_NE(refusal_of_ek(changed(kTypeAt, 0x00, 0x23)).find("it is ECC"), std::string::npos);
  EXPECT_NE(refusal_of_ek(changed(kTypeAt, 0x00, 0x08)).find("it is HMAC"), std::string::npos);
  EXPECT_NE(refusal_of_ek(changed(kNameAlgorithmAt, 0x00, 0x0C)).find("0x000c"), std::string::npos);
  EXPECT_NE(refusal_of_ek(changed(kPolicyAt, 0x00, 0x00)).find("policy"), std::string::npos);
  EXPECT_NE(refusal_of_ek(changed(kCipherAt, 0x00, 0x10)).find("AES"), std::string::npos);
  EXPECT_NE(refusal_of_ek(changed(kCipherAt + 2, 0x01, 0x00)).find("AES-128-CFB"),
            std::string::npos);
  EXPECT_NE(refusal_of_ek(changed(kSchemeAt, 0x00, 0x17)).find("scheme"), std::string::npos);
  EXPECT_NE(refusal_of_ek(changed(kBitsAt, 0x04, 0x00)).find("1024 bits"), std::string::npos);
  EXPECT_NE(refusal_of_ek(changed(kExponentAt + 2, 0x00, 0x03)).find("exponent"),
            std::string::npos);
}

TEST(TpmPublic, RefusesEveryOtherAttribute) {
  // fixedTPM and restricted are what keeps an enrolled key in its TPM; not one bit may differ.
  for (std::size_t bit = 0; bit < 32; ++bit) {
    Bytes bytes = tpm().endorsement_key();
    bytes[kAttributesAt + 3 - bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_NE(refusal_of_ek(bytes).find("attributes"), std::string::npos) << bit;
  }
}

TEST(TpmPublic, TellsTheTwoKeysApart) {
  EXPECT_NE(refusal_of_ek(tpm().storage_root_key()).find("0x00030472; 0x000300b2 is wanted"),
            std::string::npos);
  EXPECT_FALSE(read_storage_root_key(tpm().endorsement_key()));
}

TEST(TpmPublic, RefusesWhatIsCutOffOrFollowed) {
  const Bytes ek = tpm().endorsement_key();
  for (std::size_t size = 0; size < ek.size(); ++size) {
    EXPECT_FALSE(read_endorsement_key(std::span(ek).first(size))) << size;
    if (size < 2) continue;
    Bytes consistent(ek.begin(), ek.begin() + static_cast<std::ptrdiff_t>(size));
    consistent[0] = static_cast<std::uint8_t>((size - 2) >> 8);
    consistent[1] = static_cast<std::uint8_t>(size - 2);
    EXPECT_FALSE(read_endorsement_key(consistent)) << size;
  }
  Bytes followed = ek;
  followed.push_back(0);
  EXPECT_NE(refusal_of_ek(followed).find("followed"), std::string::npos);
  followed[1] += 1;
  EXPECT_NE(refusal_of_ek(followed).find("after its modulus"), std::string::npos);
}

TEST(TpmPublic, RefusesAModulusThatIsNone) {
  EXPECT_NE(refusal_of_ek(changed(kModulusAt, 0x7F, 0xFF)).find("modulus"), std::string::npos);
  Bytes even = tpm().endorsement_key();
  even.back() &= 0xFE;
  EXPECT_NE(refusal_of_ek(even).find("modulus"), std::string::npos);
}

TEST(TpmRegistrationId, MatchesThePublishedVector) {
  EXPECT_EQ(default_registration_id(Bytes{0, 1, 2, 3, 4, 5, 6, 7}),
            "rkcr76bo44civue6yoch6ho7iskecbgszpix55hd3mrmm6c2bvcq");
}

}  // namespace
}  // namespace berth::crypto
