// Keys that are stretched from passwords: the same function as of the texts that are kept of
// passwords, with bounds on what may be asked for.
#include "base/codec.h"
#include "base/rng.h"
#include "crypto/argon2.h"

#include <gtest/gtest.h>

namespace berth::crypto {
namespace {

constexpr StretchCost kCheap{64, 1};

std::optional<base::Bytes> unpadded(std::string text) {
  text.append((4 - text.size() % 4) % 4, '=');
  return base::base64_decode(text);
}

const base::Bytes kSalt(16, 7);

TEST(StretchPassword, IsTheTagOfTheTextThatIsKeptOfThePassword) {
  base::SeededRng rng(1);
  const Secret password = Secret::from_text("correct horse");
  const std::string kept = *hash_password(password, rng);  // $argon2id$v=19$m=…,t=2,p=1$SALT$TAG
  const std::size_t tag_at = kept.rfind('$') + 1;
  const std::size_t salt_at = kept.rfind('$', tag_at - 2) + 1;
  const auto salt = unpadded(kept.substr(salt_at, tag_at - 1 - salt_at));
  const auto tag = unpadded(kept.substr(tag_at));
  ASSERT_TRUE(salt && tag);
  const Result<Secret> key = stretch_password(password, *salt, {19'456, 2});
  ASSERT_TRUE(key) << key.error().what;
  EXPECT_TRUE(key->equals(*tag));
}

TEST(StretchPassword, DependsOnPasswordSaltAndCost) {
  const Secret password = Secret::from_text("correct horse");
  const Secret key = *stretch_password(password, kSalt, kCheap);
  EXPECT_EQ(key.size(), 32U);
  EXPECT_TRUE(stretch_password(password, kSalt, kCheap)->equals(key));
  EXPECT_FALSE(stretch_password(Secret::from_text("correct hors"), kSalt, kCheap)->equals(key));
  EXPECT_FALSE(stretch_password(password, base::Bytes(16, 8), kCheap)->equals(key));
  EXPECT_FALSE(stretch_password(password, kSalt, {64, 2})->equals(key));
}

TEST(StretchPassword, RefusesCostsAndSaltsOutOfBounds) {
  const Secret password = Secret::from_text("correct horse");
  for (const StretchCost& cost :
       {StretchCost{131'073, 1}, StretchCost{64, 9}, StretchCost{64, 0}, StretchCost{7, 1}}) {
    const Result<Secret> refused = stretch_password(password, kSalt, cost);
    ASSERT_FALSE(refused) << cost.memory_kib << " " << cost.passes;
    EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  }
  EXPECT_FALSE(stretch_password(password, base::Bytes(7, 1), kCheap));
  EXPECT_TRUE(stretch_password(password, base::Bytes(8, 1), kCheap));
}

}  // namespace
}  // namespace berth::crypto
