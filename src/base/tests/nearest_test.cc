#include "base/nearest.h"

#include <gtest/gtest.h>

namespace berth::base {
namespace {

TEST(Nearest, CountsInsertionsDeletionsReplacementsAndSwaps) {
  EXPECT_EQ(edit_distance("", ""), 0U);
  EXPECT_EQ(edit_distance("line-7", "LINE-7"), 0U);
  EXPECT_EQ(edit_distance("line-7", "lime-7"), 1U);
  EXPECT_EQ(edit_distance("line-7", "line7"), 1U);
  EXPECT_EQ(edit_distance("line-7", "lnie-7"), 1U);
  EXPECT_EQ(edit_distance("abc", ""), 3U);
}

TEST(Nearest, ComparesNoMoreThanTheFirst128Bytes) {
  EXPECT_EQ(edit_distance(std::string(100'000, 'a'), std::string(200'000, 'a')), 0U);
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> known{"displayName", "enabled", "serviceHost"};
  EXPECT_EQ(nearest("displayname", known), "displayName");
  EXPECT_EQ(nearest("enable", known), "enabled");
}

TEST(Nearest, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("weight", {"displayName", "enabled"}), std::nullopt);
  EXPECT_EQ(nearest("x", {}), std::nullopt);
}

}  // namespace
}  // namespace berth::base
