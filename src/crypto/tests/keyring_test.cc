#include "crypto/keyring.h"

#include <gtest/gtest.h>

#include <set>

namespace berth::crypto {
namespace {

using base::as_bytes;
using base::Bytes;
using base::SeededRng;

Keyring keyring_of(std::uint8_t fill) {
  return *Keyring::create(Secret(Bytes(kMasterKeyBytes, fill)));
}

TEST(Keyring, RefusesMasterKeysOfOtherSizes) {
  for (const std::size_t size : {0U, 16U, 31U, 33U, 64U}) {
    const Result<Keyring> keyring = Keyring::create(Secret(Bytes(size, 1)));
    ASSERT_FALSE(keyring) << size;
    EXPECT_EQ(keyring.error().kind, ErrorKind::kInvalid);
  }
}

TEST(Keyring, OpensWhatItSealed) {
  const Keyring keyring = keyring_of(1);
  SeededRng rng(1);
  for (const std::size_t size : {0U, 1U, 16U, 64U, 1000U}) {
    const Secret secret(Bytes(size, 0x5a));
    const Bytes sealed = keyring.seal(secret, "enrollment/a", rng);
    EXPECT_EQ(sealed.size(), 33 + size);
    const Result<Secret> opened = keyring.open(sealed, "enrollment/a");
    ASSERT_TRUE(opened) << size;
    EXPECT_TRUE(opened->equals(secret));
  }
}

TEST(Keyring, SealsTheSameSecretDifferentlyEveryTime) {
  const Keyring keyring = keyring_of(1);
  SeededRng rng(1);
  const Secret secret = Secret::from_text("same");
  std::set<Bytes> seals;
  for (int i = 0; i < 100; ++i) seals.insert(keyring.seal(secret, "c", rng));
  EXPECT_EQ(seals.size(), 100U);
}

TEST(Keyring, OpensNothingUnderAnotherContextOrAfterAChange) {
  const Keyring keyring = keyring_of(1);
  SeededRng rng(1);
  const Bytes sealed = keyring.seal(Secret::from_text("key"), "enrollment/a", rng);
  EXPECT_FALSE(keyring.open(sealed, "enrollment/b"));
  EXPECT_FALSE(keyring.open(sealed, ""));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 0x80;
    EXPECT_FALSE(keyring.open(changed, "enrollment/a")) << i;
    EXPECT_FALSE(keyring.open(std::span(sealed).first(i), "enrollment/a")) << i;
  }
}

TEST(Keyring, SaysWhenTheMasterKeyIsAnother) {
  SeededRng rng(1);
  const Bytes sealed = keyring_of(1).seal(Secret::from_text("key"), "c", rng);
  const Result<Secret> opened = keyring_of(2).open(sealed, "c");
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, ErrorKind::kInternal);
  EXPECT_NE(opened.error().what.find("sealed under master key"), std::string::npos);
  EXPECT_FALSE(opened.error().mend.empty());
}

TEST(Keyring, SeparatesPurposesServersAndFingerprints) {
  const Keyring keyring = keyring_of(1);
  const auto bytes = as_bytes("token");
  EXPECT_EQ(keyring.digest(bytes, "token"), keyring.digest(bytes, "token"));
  EXPECT_NE(keyring.digest(bytes, "token"), keyring.digest(bytes, "cookie"));
  EXPECT_NE(keyring.digest(bytes, "token"), keyring_of(2).digest(bytes, "token"));
  EXPECT_EQ(keyring.digest(bytes, "token").size(), 32U);
  EXPECT_EQ(keyring.fingerprint(bytes).size(), 12U);
  EXPECT_EQ(keyring.fingerprint(bytes), keyring.fingerprint(bytes));
  EXPECT_NE(keyring.fingerprint(bytes), keyring_of(2).fingerprint(bytes));
  EXPECT_EQ(keyring.key_id().size(), 8U);
  EXPECT_NE(keyring.key_id(), keyring_of(2).key_id());
}

// A seal from an earlier build must open for ever: the format is on people's disks.
TEST(Keyring, OpensASealOfTheFirstRelease) {
  const Result<Secret> opened =
      keyring_of(1).open(*base::hex_decode("01123d0518000102030405060708090a0bf137b667d44c01cd7e8f3"
                                           "88c744df524d5457c9bcfdb5609418510046085"),
                         "enrollment/0ne00ABCDEF/individual/device-01");
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->text(), "an example key");
}

}  // namespace
}  // namespace berth::crypto
