#include "factory/board_name.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::factory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string id_of(std::string_view mac, std::string_view version) {
  const auto name = board_name(mac, version);
  return name ? name->registration_id : "none: " + name.error().what + "; " + name.error().mend;
}

// dice-x509.md §2.1
TEST(BoardName, IsFormedAsTheBoardFormsIt) {
  const auto name = board_name("c8930123456a", "1.3.7");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->registration_id, "az-c8930123456av1v3v7");
  EXPECT_THAT(name->notes, IsEmpty());
}

TEST(BoardName, TakesVersionsThatTheToolRefusesAndSaysSo) {
  const auto name = board_name("c8930123456a", "1.10.0");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->registration_id, "az-c8930123456av1v10v0");
  EXPECT_THAT(name->notes, ElementsAre(HasSubstr("reads five characters")));
}

TEST(BoardName, WarnsOfIdsThatABoardHasNoRoomFor) {
  EXPECT_THAT(board_name("c8930123456a", "1000.1000.100000")->notes,
              ElementsAre(HasSubstr("five"), HasSubstr("room for 31")));
  EXPECT_THAT(board_name("c8930123456a", "1000.1000.10000")->notes, ElementsAre(HasSubstr("five")));
}

TEST(BoardName, RefusesMacAddressesInOtherSpellings) {
  EXPECT_THAT(id_of("C8930123456A", "1.3.7"), HasSubstr("capital letters"));
  EXPECT_THAT(id_of("C8930123456A", "1.3.7"), HasSubstr("write c8930123456a"));
  EXPECT_THAT(id_of("c8:93:01:23:45:6a", "1.3.7"), HasSubstr("write c8930123456a"));
  EXPECT_THAT(id_of("c8930123456", "1.3.7"), HasSubstr("but 11 characters"));
  EXPECT_THAT(id_of("c8930123456g", "1.3.7"), HasSubstr("none: "));
  EXPECT_THAT(id_of("", "1.3.7"), HasSubstr("none: "));
}

TEST(BoardName, RefusesVersionsThatAreNotThreeNumbers) {
  for (const char* version : {"", "1", "1.3", "1.3.", ".3.7", "1..7", "1.3.7.", "1.3.7.9", "1.3.x",
                              "v1.3.7", "1.3.7 ", "1.3.-7", "111111111111.1111111111.111111111"}) {
    EXPECT_THAT(id_of("c8930123456a", version), HasSubstr("not three numbers")) << version;
  }
}

TEST(GivenBoardName, HasTheLettersThatEveryServerTakes) {
  EXPECT_EQ(given_board_name("kit-7")->registration_id, "kit-7");
  EXPECT_TRUE(given_board_name(std::string(128, 'a')));
  EXPECT_THAT(given_board_name(std::string(32, 'a'))->notes, ElementsAre(HasSubstr("at most 31")));
  EXPECT_THAT(given_board_name(std::string(31, 'a'))->notes, IsEmpty());
  EXPECT_FALSE(given_board_name(std::string(129, 'a')));
  for (const char* id : {"", "Kit-7", "kit_7", "kit.7", "kit 7", "k\xc3\xa4t"}) {
    EXPECT_FALSE(given_board_name(id)) << id;
  }
}

}  // namespace
}  // namespace berth::factory
