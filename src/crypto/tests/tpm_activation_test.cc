// A blob opens in the TPM it is for, with the key and the text that went in, and nowhere else.
#include "crypto/tpm_activation.h"

#include "crypto/tests/software_tpm.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace berth::crypto {
namespace {

using base::Bytes;

SoftwareTpm& tpm() {
  static SoftwareTpm made;
  return made;
}
SoftwareTpm& other_tpm() {
  static SoftwareTpm made;
  return made;
}

Secret key_of(std::size_t size) { return Secret(Bytes(size, 0x5A)); }

Result<Bytes> activation(SoftwareTpm& ek, SoftwareTpm& srk, const Secret& key,
                         std::string_view text = {}) {
  base::SeededRng rng(7);
  return make_activation(*read_endorsement_key(ek.endorsement_key()),
                         *read_storage_root_key(srk.storage_root_key()), key, rng, text);
}

TEST(TpmActivation, OpensInItsTpmWithTheKeyThatWentIn) {
  const Result<Bytes> blob = activation(tpm(), tpm(), key_of(kActivationKeyBytes));
  ASSERT_TRUE(blob) << blob.error().what;
  EXPECT_EQ(blob->size(), kActivationBytes);
  const std::optional<SoftwareTpm::Opened> opened = tpm().open(*blob);
  ASSERT_TRUE(opened) << tpm().why();
  EXPECT_EQ(opened->key, Bytes(kActivationKeyBytes, 0x5A));
  EXPECT_EQ(opened->text, "");
}

TEST(TpmActivation, HasTheStructuresInTheSizesClientsExpect) {
  const Result<Bytes> blob = activation(tpm(), tpm(), key_of(kActivationKeyBytes));
  ASSERT_TRUE(blob);
  std::size_t at = 0;
  for (const std::size_t size : {54U, 258U, 144U, 258U, 50U, 2U}) {
    const std::size_t said = static_cast<std::size_t>((*blob)[at]) << 8 | (*blob)[at + 1];
    EXPECT_EQ(said + 2, size) << at;
    at += size;
  }
  EXPECT_EQ(at, blob->size());
}

TEST(TpmActivation, CarriesATextForTheDeviceAlone) {
  const std::string text = "0ne00000001/registrations/pump-7";
  const Result<Bytes> blob = activation(tpm(), tpm(), key_of(32), text);
  ASSERT_TRUE(blob);
  EXPECT_EQ(blob->size(), kActivationBytes + text.size());
  EXPECT_EQ(std::string(blob->begin(), blob->end()).find(text), std::string::npos);
  const std::optional<SoftwareTpm::Opened> opened = tpm().open(*blob);
  ASSERT_TRUE(opened) << tpm().why();
  EXPECT_EQ(opened->text, text);
}

TEST(TpmActivation, OpensInNoOtherTpm) {
  const Result<Bytes> blob = activation(tpm(), tpm(), key_of(32));
  ASSERT_TRUE(blob);
  EXPECT_FALSE(other_tpm().open(*blob));
  EXPECT_EQ(other_tpm().why(), "a seed does not decrypt");
}

TEST(TpmActivation, OpensOnlyWhereBothKeysAre) {
  const Result<Bytes> foreign_root = activation(tpm(), other_tpm(), key_of(32));
  const Result<Bytes> foreign_ek = activation(other_tpm(), tpm(), key_of(32));
  ASSERT_TRUE(foreign_root && foreign_ek);
  EXPECT_FALSE(tpm().open(*foreign_root));
  EXPECT_EQ(tpm().why(), "the outer integrity");  // a credential for another object's name
  EXPECT_FALSE(tpm().open(*foreign_ek));
}

TEST(TpmActivation, EveryChangedByteBreaksIt) {
  const Result<Bytes> blob = activation(tpm(), tpm(), key_of(32));
  ASSERT_TRUE(blob);
  for (std::size_t at = 0; at < blob->size(); at += 7) {
    Bytes changed = *blob;
    changed[at] ^= 0x01;
    EXPECT_FALSE(tpm().open(changed)) << at;
  }
}

TEST(TpmActivation, NoTwoBlobsOfOneKeyAreAlike) {
  base::SystemRng rng;
  const TpmPublic ek = *read_endorsement_key(tpm().endorsement_key());
  const TpmPublic srk = *read_storage_root_key(tpm().storage_root_key());
  const Result<Bytes> one = make_activation(ek, srk, key_of(32), rng, {});
  const Result<Bytes> two = make_activation(ek, srk, key_of(32), rng, {});
  ASSERT_TRUE(one && two);
  EXPECT_NE(*one, *two);
  EXPECT_EQ(tpm().open(*one)->key, tpm().open(*two)->key);
}

TEST(TpmActivation, TakesKeysOfOneBlockAndShortTexts) {
  for (const std::size_t size : {1U, 64U}) {
    const Result<Bytes> blob = activation(tpm(), tpm(), key_of(size));
    ASSERT_TRUE(blob) << size;
    const std::optional<SoftwareTpm::Opened> opened = tpm().open(*blob);
    ASSERT_TRUE(opened) << tpm().why();
    EXPECT_EQ(opened->key.size(), size);
  }
  EXPECT_FALSE(activation(tpm(), tpm(), key_of(0)));
  EXPECT_FALSE(activation(tpm(), tpm(), key_of(65)));
  EXPECT_TRUE(activation(tpm(), tpm(), key_of(32), std::string(kActivationTextMax, 'u')));
  EXPECT_FALSE(activation(tpm(), tpm(), key_of(32), std::string(kActivationTextMax + 1, 'u')));
}

}  // namespace
}  // namespace berth::crypto
