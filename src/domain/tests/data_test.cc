#include "domain/data.h"

#include <gtest/gtest.h>

namespace berth::domain {
namespace {

TEST(Channels, are_levels_without_wildcards) {
  EXPECT_TRUE(validate_channel("temperature"));
  EXPECT_TRUE(validate_channel("home/kitchen/temp"));
  EXPECT_TRUE(validate_channel(std::string(kChannelBytesMax, 'x')));
  for (const char* bad : {"", "/a", "a/", "a//b", "a/+", "#", "a+b", "a\nb"}) {
    EXPECT_FALSE(validate_channel(bad)) << bad;
  }
  EXPECT_FALSE(validate_channel(std::string(kChannelBytesMax + 1, 'x')));
}

TEST(Masks, take_wildcards_as_whole_levels_only) {
  for (const char* good : {"#", "+", "a/#", "+/temp", "a/+/c", "+/+", "a"}) {
    EXPECT_TRUE(validate_mask(good)) << good;
  }
  for (const char* bad : {"", "temperature#", "a/#/b", "a+/b", "/#", "a//#", "##"}) {
    EXPECT_FALSE(validate_mask(bad)) << bad;
  }
}

TEST(Masks, match_as_many_levels_as_they_say) {
  EXPECT_TRUE(mask_matches("#", "a"));
  EXPECT_TRUE(mask_matches("#", "a/b/c"));
  EXPECT_TRUE(mask_matches("fridge/#", "fridge"));
  EXPECT_TRUE(mask_matches("fridge/#", "fridge/door/open"));
  EXPECT_FALSE(mask_matches("fridge/#", "fridges"));
  EXPECT_TRUE(mask_matches("+/temp", "home/temp"));
  EXPECT_FALSE(mask_matches("+/temp", "temp"));
  EXPECT_FALSE(mask_matches("+/temp", "a/b/temp"));
  EXPECT_FALSE(mask_matches("+", "a/b"));
  EXPECT_FALSE(mask_matches("a/b", "a"));
  EXPECT_FALSE(mask_matches("a", "a/b"));
  EXPECT_TRUE(mask_matches("a/+/c", "a/b/c"));
}

}  // namespace
}  // namespace berth::domain
