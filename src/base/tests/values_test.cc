// Secret, Id, Result, Rng, UUIDs: the values everything is made of.
#include "base/clock.h"
#include "base/id.h"
#include "base/rng.h"
#include "base/secret.h"
#include "base/uuid.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <type_traits>

namespace berth::base {
namespace {

static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);

TEST(Secret, MovesAndLeavesNothingBehind) {
  Secret from = Secret::from_text("key");
  Secret to = std::move(from);
  EXPECT_EQ(to.text(), "key");
  EXPECT_TRUE(from.empty());  // NOLINT: the point of the test
  to = Secret::from_text("other");
  EXPECT_EQ(to.text(), "other");
  EXPECT_EQ(to.clone().text(), "other");
}

TEST(Secret, ComparesByContent) {
  const Secret secret = Secret::from_text("0123456789abcdef");
  EXPECT_TRUE(secret.equals(Secret::from_text("0123456789abcdef")));
  EXPECT_FALSE(secret.equals(Secret::from_text("0123456789abcdeX")));
  EXPECT_FALSE(secret.equals(Secret::from_text("X123456789abcdef")));
  EXPECT_FALSE(secret.equals(Secret::from_text("0123456789abcde")));
  EXPECT_TRUE(Secret().equals(Secret()));
  EXPECT_FALSE(Secret().equals(secret));
}

TEST(Secret, MayBeEmptyOrZeroed) {
  EXPECT_EQ(Secret(std::span<const std::uint8_t>()).size(), 0U);
  const Secret zeros = Secret::of_size(4);
  EXPECT_EQ(zeros.text(), std::string_view("\0\0\0\0", 4));
}

struct ShortTag {
  [[maybe_unused]] static constexpr std::string_view kName = "short thing";
  static Result<void> validate(std::string_view text) {
    if (text.size() <= 3) return {};
    return Fail(ErrorKind::kInvalid, "too long", "shorten it");
  }
};

TEST(Id, IsMadeOfValidTextOnly) {
  const auto id = Id<ShortTag>::parse("aBc");
  ASSERT_TRUE(id);
  EXPECT_EQ(id->text(), "aBc");
  EXPECT_EQ(id->key(), "abc");
  const auto bad = Id<ShortTag>::parse("abcd");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().kind, ErrorKind::kInvalid);
  EXPECT_NE(*id, *Id<ShortTag>::parse("abc"));
}

Result<int> twice(Result<int> of) {
  BERTH_TRY(const int value, std::move(of));
  return 2 * value;
}

TEST(Result, TryHandsOnTheValueOrTheError) {
  EXPECT_EQ(*twice(21), 42);
  const Result<int> failed = twice(Fail(ErrorKind::kNotFound, "nothing", "look elsewhere"));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "nothing");
  EXPECT_EQ(failed.error().mend, "look elsewhere");
}

TEST(ErrorKind, HasAWordForEach) {
  EXPECT_EQ(to_string(ErrorKind::kPreconditionFailed), "precondition_failed");
  EXPECT_EQ(to_string(ErrorKind::kUnavailable), "unavailable");
}

TEST(Rng, SeededRepeatsItself) {
  SeededRng a(5);
  SeededRng b(5);
  SeededRng c(6);
  const std::string first = a.hex(16);
  EXPECT_EQ(first, b.hex(16));
  EXPECT_NE(first, c.hex(16));
  EXPECT_EQ(first.size(), 32U);
}

TEST(Rng, BelowReachesEveryValueAndNoOther) {
  SeededRng rng(1);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 500; ++i) seen.insert(rng.below(7));
  EXPECT_EQ(seen, (std::set<std::uint64_t>{0, 1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(rng.below(1), 0U);
}

TEST(Rng, SystemGivesFreshBytes) {
  SystemRng rng;
  EXPECT_FALSE(rng.secret(32).equals(rng.secret(32)));
  EXPECT_EQ(rng.secret(0).size(), 0U);
}

TEST(Uuid, RandomOnesAreVersion4) {
  SeededRng rng(1);
  const std::regex shape("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(std::regex_match(rng.uuid(), shape));
}

TEST(Uuid, ThoseByTimeAreVersion7AndSortByTime) {
  SeededRng rng(1);
  const std::regex shape("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::string last;
  for (std::int64_t micros = 1'767'225'600'000'000; micros < 1'767'225'600'002'500; ++micros) {
    const std::string id = uuid_by_time(from_unix_micros(micros), rng);
    EXPECT_TRUE(std::regex_match(id, shape)) << id;
    EXPECT_LT(last, id) << micros;
    last = id;
  }
  // RFC 9562 §A.6: the milliseconds 1645557742000 are 017F22E279B0.
  EXPECT_EQ(uuid_by_time(from_unix_micros(1'645'557'742'000'000), rng).substr(0, 14),
            "017f22e2-79b0-");
}

TEST(Uuid, TwoOfOneMicrosecondDiffer) {
  SeededRng rng(1);
  const TimePoint now = from_unix_micros(1'767'225'600'000'000);
  EXPECT_NE(uuid_by_time(now, rng), uuid_by_time(now, rng));
}

}  // namespace
}  // namespace berth::base
