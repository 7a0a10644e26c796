#include "factory/derive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace berth::factory {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kGroupKey =
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";

std::string derived(std::string_view group_key, std::string_view id) {
  Result<Secret> key = read_key(group_key);
  if (!key) return "group key: " + key.error().what;
  const Result<Secret> device = derive_key(*key, id);
  return device ? std::string(device->text()) : device.error().what;
}

// azure-dps.md §4, computed with two other programs.
TEST(DeriveKey, AgreesWithTheKnownVectors) {
  EXPECT_EQ(derived(kGroupKey, "device-01"), "4mnWPt8Zt2l+dGRNpd2grurMijx75QG0Gw4rgHMHFgA=");
  EXPECT_EQ(derived(kGroupKey, "Device-01"), "pZOXooiZPI65HPo3uswvw8m+ZjNJjvOs8RkzQRiDNQA=");
  EXPECT_EQ(derived(kGroupKey, std::string(128, 'x')),
            "DzzjBNRTLNCBIHIE9t6UWqqkVytDE0WYh0esEM+Lw+U=");
  constexpr std::string_view kSecond = "Z3JvdXAtc2Vjb25kYXJ5LWtleS0wMTIzNDU2Nzg5YWI=";
  EXPECT_EQ(derived(kSecond, "device-01"), "yE5lkZO5kxfa5jSfSVt4qGSwj2THw/HcIxDr8ZnmeZo=");
  EXPECT_EQ(derived(kSecond, "sn-007:abc.DEF_9"), "uUP3JSYgoM8B7U6YOI7OUJaO3M8EHHBCAE5qY0sTngc=");
  EXPECT_EQ(derived("qqqqqqqqqqqqqqqqqqqqqg==", "a"),
            "eXaowz4UV/obDfPOfsTCqKBx4135OejM45a1WkHfm4s=");
}

TEST(DeriveKey, RefusesIdsThatCouldNeverRegister) {
  for (const std::string& id : {std::string(), std::string(129, 'x'), std::string("a b"),
                                std::string("-a"), std::string("a."), std::string("ä")}) {
    EXPECT_THAT(derived(kGroupKey, id), HasSubstr("is not a registration id")) << id;
  }
  EXPECT_THAT(derived(kGroupKey, "a-"), Not(HasSubstr("is not")));
}

TEST(ReadKey, TakesAKeyFileWithItsLineBreak) {
  EXPECT_TRUE(read_key("  qqqqqqqqqqqqqqqqqqqqqg==\r\n"));
}

TEST(ReadKey, SaysWhatIsWrongWithoutQuotingIt) {
  const Result<Secret> broken = read_key("c2VjcmV0LXRoaW5n*");
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error().what, HasSubstr("is not base64 (17 characters"));
  EXPECT_THAT(broken.error().what, Not(HasSubstr("c2Vj")));
  const Result<Secret> brief = read_key("AAAA");
  ASSERT_FALSE(brief);
  EXPECT_THAT(brief.error().what, HasSubstr("has 3 bytes once decoded; keys have 16 to 64"));
  EXPECT_FALSE(read_key(""));
  EXPECT_FALSE(read_key(std::string(2000, 'A')));
}

}  // namespace
}  // namespace berth::factory
