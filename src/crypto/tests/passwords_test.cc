// cloudplugs.md §1.2 and the vectors of Argon2's reference implementation.
#include "crypto/argon2.h"
#include "crypto/derived_password.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::crypto {
namespace {

bool verifies(std::string_view encoded, std::string_view password) {
  const Result<bool> found = verify_password(encoded, Secret::from_text(password));
  return found && *found;
}

TEST(DerivedPassword, MatchesTheProtocolsVectorsInBothOrders) {
  EXPECT_EQ(derive_password("s3cr3t", "SN0001").text(), "4AI52Od5p2v+YFAJtyTuvzYKEHQ=");
  EXPECT_EQ(derive_password("SN0001", "s3cr3t").text(), "6NU0GhiG7ftOnM090OfM1d1KYls=");
}

TEST(DerivedPassword, TakesEmptyTexts) {
  EXPECT_EQ(derive_password("", "").text(), "2jmj7l5rSw0yVb/vlWAYkK/YBwk=");
  EXPECT_EQ(derive_password("ab", "").text(), derive_password("a", "b").text());
}

TEST(Argon2, VerifiesTextsOfTheReferenceImplementation) {
  constexpr std::string_view kText =
      "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
  EXPECT_TRUE(verifies(kText, "password"));
  EXPECT_FALSE(verifies(kText, "Password"));
  EXPECT_FALSE(verifies(kText, ""));
  EXPECT_TRUE(
      verifies("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
               "CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
               "password"));
}

TEST(Argon2, HashIsTheUsualTextWithASaltOfItsOwn) {
  base::SeededRng rng(1);
  const Secret password = Secret::from_text("correct horse");
  const Result<std::string> first = hash_password(password, rng);
  const Result<std::string> second = hash_password(password, rng);
  ASSERT_TRUE(first && second);
  EXPECT_TRUE(first->starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_EQ(first->find('\0'), std::string::npos);
  EXPECT_NE(*first, *second);
  EXPECT_TRUE(verifies(*first, "correct horse"));
  EXPECT_FALSE(verifies(*first, "correct horsf"));
}

TEST(Argon2, EmptyPasswordIsOneLikeAnyOther) {
  base::SeededRng rng(1);
  const Result<std::string> hashed = hash_password(Secret(), rng);
  ASSERT_TRUE(hashed);
  EXPECT_TRUE(verifies(*hashed, ""));
  EXPECT_FALSE(verifies(*hashed, "a"));
}

TEST(Argon2, TextsThatAreNoneVerifyNothing) {
  base::SeededRng rng(1);
  const std::string good = *hash_password(Secret::from_text("x"), rng);
  EXPECT_FALSE(verifies("", "x"));
  EXPECT_FALSE(verifies("x", "x"));
  EXPECT_FALSE(verifies(good.substr(0, good.size() - 1), "x"));
  EXPECT_FALSE(verifies(good + "A", "x"));
  EXPECT_FALSE(verifies(good + std::string(200, 'A'), "x"));
  EXPECT_FALSE(verifies(good + '\0', "x"));
  EXPECT_FALSE(verifies("$argon2i" + good.substr(9), "x"));
  EXPECT_FALSE(verifies("$argon2id$v=19$m=,t=,p=$$", "x"));
  EXPECT_FALSE(verifies("$argon2id$v=16" + good.substr(14), "x"));
  EXPECT_TRUE(verifies(good, "x"));
}

TEST(Argon2, TextsThatAskForTooMuchAreNotWorkedOn) {
  // Each would take gigabytes or minutes.
  for (const std::string_view costs :
       {"m=4000000,t=2,p=1", "m=19456,t=4000000000,p=1", "m=19456,t=2,p=200"}) {
    const std::string text = "$argon2id$v=19$" + std::string(costs) +
                             "$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    EXPECT_FALSE(verifies(text, "password")) << costs;
  }
}

TEST(Argon2, UnmatchableTextIsReadAndWorkedOnLikeAnyOther) {
  base::SeededRng rng(1);
  const std::string good = *hash_password(Secret::from_text("x"), rng);
  const std::string none = unmatchable_password(rng);
  EXPECT_EQ(none.size(), good.size());
  EXPECT_EQ(none.substr(0, 31), good.substr(0, 31));
  EXPECT_FALSE(verifies(none, "x"));
  EXPECT_FALSE(verifies(none, ""));
}

}  // namespace
}  // namespace berth::crypto
