#include "factory/uds.h"

#include "base/rng.h"
#include "factory/tests/riot_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::factory {
namespace {

using ::testing::HasSubstr;
using testing::kUdsHex;
using ::testing::Not;
using ::testing::StartsWith;
using testing::unhex;

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Uds, IsReadInEitherCaseAndWrittenInLowerCase) {
  const auto uds = read_uds(kUdsHex);
  ASSERT_TRUE(uds);
  EXPECT_TRUE(uds->equals(unhex(kUdsHex)));
  EXPECT_TRUE(read_uds(std::string(" ") + base::ascii_upper(kUdsHex) + "\r\n")->equals(*uds));
  EXPECT_EQ(uds_text(*uds).text(), kUdsHex);
}

TEST(Uds, OfAnotherLengthOrWithOtherLettersIsRefusedAndNeverQuoted) {
  const std::string text(kUdsHex);
  for (const std::string& wrong : {std::string(), text.substr(1), text + "0", text.substr(0, 32)}) {
    const auto refused = read_uds(wrong);
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr(std::to_string(wrong.size()) + " characters"));
  }
  const auto letter = read_uds(text.substr(0, 40) + "g" + text.substr(41));
  ASSERT_FALSE(letter);
  EXPECT_THAT(letter.error().what, StartsWith("character 41 "));
  EXPECT_THAT(letter.error().what, Not(HasSubstr(text.substr(0, 8))));
}

TEST(SealedUds, IsOpenedWithItsKeyAlone) {
  base::SeededRng rng(7);
  const Secret key = rng.secret(kUdsKeyBytes);
  const auto sealed = seal_uds(unhex(kUdsHex), UdsLock::kKey, key, rng);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(*uds_lock_of(*sealed), UdsLock::kKey);
  EXPECT_TRUE(open_uds(*sealed, key)->equals(unhex(kUdsHex)));
  const auto other = open_uds(*sealed, rng.secret(kUdsKeyBytes));
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::kUnauthenticated);
  EXPECT_FALSE(open_uds(*sealed, Secret::of_size(31)));
}

TEST(SealedUds, IsOpenedWithItsPassphraseAlone) {
  base::SeededRng rng(7);
  const Secret words = Secret::from_text("four words for one board");
  const auto sealed = seal_uds(unhex(kUdsHex), UdsLock::kPassphrase, words, rng);
  ASSERT_TRUE(sealed);
  EXPECT_EQ(*uds_lock_of(*sealed), UdsLock::kPassphrase);
  EXPECT_TRUE(open_uds(*sealed, words)->equals(unhex(kUdsHex)));
  const auto other = open_uds(*sealed, Secret::from_text("four words for one bard"));
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, HasSubstr("passphrase is another"));
}

TEST(SealedUds, RefusesAPassphraseThatIsGuessed) {
  base::SeededRng rng(7);
  EXPECT_FALSE(seal_uds(unhex(kUdsHex), UdsLock::kPassphrase, Secret::from_text("sesame7"), rng));
  EXPECT_TRUE(seal_uds(unhex(kUdsHex), UdsLock::kPassphrase, Secret::from_text("sesame78"), rng));
}

TEST(SealedUds, IsRefusedWhenAnyOfItsBytesChanged) {
  base::SeededRng rng(7);
  const Secret key = rng.secret(kUdsKeyBytes);
  const std::string sealed = *seal_uds(unhex(kUdsHex), UdsLock::kKey, key, rng);
  for (std::size_t i = 0; i + 1 < sealed.size(); ++i) {  // the last ends a line
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(open_uds(changed, key)) << i;
    EXPECT_FALSE(open_uds(std::string_view(sealed).substr(0, i), key)) << i;
  }
  EXPECT_FALSE(open_uds(sealed + std::string(kSealedUdsMax, ' '), key));
}

TEST(SealedUds, CannotAskForAllMemory) {
  base::SeededRng rng(7);
  const Secret words = Secret::from_text("four words for one board");
  const std::string sealed = *seal_uds(unhex(kUdsHex), UdsLock::kPassphrase, words, rng);
  for (const char* cost : {"argon2id 999999999 3 ", "argon2id 65536 4000000000 ",
                           "argon2id 65536 99999999999 ", "argon2id 1 3 "}) {
    EXPECT_FALSE(open_uds(replaced(sealed, "argon2id 65536 3 ", cost), words)) << cost;
  }
}

}  // namespace
}  // namespace berth::factory
