#include "device/json_members.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::device {
namespace {

using ::testing::HasSubstr;

std::string mistake(std::string_view text) {
  const Result<JsonDocument> read = read_json(text);
  return read ? "it was accepted" : read.error().what;
}

std::string value_of(std::string_view text, std::string_view path) {
  const Result<JsonDocument> read = read_json(text);
  const JsonMember* member = read ? read->find(path) : nullptr;
  return member == nullptr ? "-"
                           : std::string(text.substr(member->begin, member->end - member->begin));
}

TEST(JsonMembers, EveryMemberIsFoundByItsPath) {
  const std::string text =
      "{ \"a\" : \"x\\n\", \"b\":{\"c\":-1.5e+3 ,\"d\":{}}, \"e\":[1,{\"a\":2},[]],\"f\":null }";
  EXPECT_EQ(value_of(text, "a"), "\"x\\n\"");
  EXPECT_EQ(value_of(text, "b"), "{\"c\":-1.5e+3 ,\"d\":{}}");
  EXPECT_EQ(value_of(text, "b.c"), "-1.5e+3");
  EXPECT_EQ(value_of(text, "b.d"), "{}");
  EXPECT_EQ(value_of(text, "e"), "[1,{\"a\":2},[]]");
  EXPECT_EQ(value_of(text, "f"), "null");
  EXPECT_EQ(value_of(text, "e.a"), "-");
  const auto read = read_json(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->find("a")->kind, JsonKind::kText);
  EXPECT_EQ(read->find("b")->kind, JsonKind::kObject);
  EXPECT_EQ(read->find("b.c")->kind, JsonKind::kNumber);
  EXPECT_EQ(read->find("e")->kind, JsonKind::kArray);
  EXPECT_EQ(read->find("f")->kind, JsonKind::kWord);
  EXPECT_EQ(read->end, text.size() - 1);
  EXPECT_EQ(text_of(text, *read->find("a")), "x\n");
}

TEST(JsonMembers, ANameWithADotIsNoPath) {
  EXPECT_EQ(value_of(R"({"a.b":1,"a":{"b":2}})", "a.b"), "2");
  EXPECT_EQ(value_of(R"({"a.b":{"c":1}})", "a.b.c"), "-");
  EXPECT_EQ(value_of(R"({"a\u002eb":1})", "a.b"), "-");
  EXPECT_EQ(value_of(R"({"\u0061":1})", "a"), "1");
}

TEST(JsonMembers, TheSecondOfTwoIsFoundToo) {
  const std::string text = R"({"a":1,"b":2,"a":3})";
  const auto read = read_json(text);
  ASSERT_TRUE(read);
  ASSERT_NE(read->find_again("a"), nullptr);
  EXPECT_EQ(read->find_again("a")->name_at, 13U);
  EXPECT_EQ(read->find_again("b"), nullptr);
  EXPECT_EQ(read->find_again("c"), nullptr);
}

TEST(JsonMembers, MistakesAreNamedByLineAndColumn) {
  EXPECT_EQ(mistake(""),
            "line 1, column 1: expected `{`, the beginning of an object, found the end "
            "of the file");
  EXPECT_EQ(mistake("[]"), "line 1, column 1: expected `{`, the beginning of an object, found `[`");
  EXPECT_EQ(mistake("{\n  \"a\": \"b\"\n  \"c\": 1\n}"),
            "line 3, column 3: expected `,` or `}` after a member, found `\"`");
  EXPECT_EQ(mistake("{\"a\":1,}"), "line 1, column 8: expected a name in quotes, found `}`");
  EXPECT_EQ(mistake("{a:1}"), "line 1, column 2: expected a name in quotes or `}`, found `a`");
  EXPECT_EQ(mistake("{\"a\" 1}"), "line 1, column 6: expected `:` after a name, found `1`");
  EXPECT_EQ(mistake("{\"a\":}"), "line 1, column 6: expected a value, found `}`");
  EXPECT_EQ(mistake("{\"a\":tru}"), "line 1, column 6: expected a value, found `t`");
  EXPECT_EQ(mistake("{\"a\":\"b\r\n}"),
            "line 1, column 8: expected `\"`, the end of a text, found the end of the line");
  EXPECT_EQ(mistake("{\"a\":\"b"),
            "line 1, column 8: expected `\"`, the end of a text, found the end of the file");
  EXPECT_EQ(mistake("{\"a\":\"\\x\"}"),
            "line 1, column 8: expected one of `\"\\/bfnrtu` after a backslash, found `x`");
  EXPECT_EQ(mistake("{\"a\":\"\\u12g4\"}"),
            "line 1, column 11: expected four hexadecimal digits after `\\u`, found `g`");
  EXPECT_EQ(mistake("{\"a\":\"\t\"}"),
            "line 1, column 7: expected no control character in a text, found `?`");
  EXPECT_EQ(mistake("{\"a\":01}"),
            "line 1, column 7: expected no digit after a leading zero, found `1`");
  EXPECT_EQ(mistake("{\"a\":-}"), "line 1, column 7: expected a digit, found `}`");
  EXPECT_EQ(mistake("{\"a\":1.}"), "line 1, column 8: expected a digit, found `}`");
  EXPECT_EQ(mistake("{\"a\":1e}"), "line 1, column 8: expected a digit, found `}`");
  EXPECT_EQ(mistake("{\"a\":[1,]}"), "line 1, column 9: expected a value, found `]`");
  EXPECT_EQ(mistake("{\"a\":[1 2]}"),
            "line 1, column 9: expected `,` or `]` after an element, found `2`");
  EXPECT_EQ(mistake("{\"a\":1"),
            "line 1, column 7: expected `,` or `}` after a member, found the end of the file");
  EXPECT_EQ(mistake("{} x"), "line 1, column 4: expected nothing behind the document, found `x`");
}

TEST(JsonMembers, ColumnsCountCharactersAndNoByteOrderMarkIsInTheWay) {
  EXPECT_EQ(mistake("{\"ä€\": ü}"), "line 1, column 8: expected a value, found `ü`");
  EXPECT_EQ(value_of("\xEF\xBB\xBF{\"a\":1}", "a"), "1");
  EXPECT_EQ(mistake("{\"a\":\"\xff\"}"), "line 1, column 7: expected UTF-8, found other bytes");
  EXPECT_EQ(mistake("{\n\"\xe2\x82\":1}"), "line 2, column 2: expected UTF-8, found other bytes");
}

TEST(JsonMembers, HalfACharacterIsNoText) {
  const std::string text = R"({"a":"\ud83d"})";
  const auto read = read_json(text);
  ASSERT_TRUE(read);
  EXPECT_FALSE(text_of(text, *read->find("a")));
}

TEST(JsonMembers, SizeAndDepthAreBounded) {
  std::string deep;
  for (int i = 0; i < 32; ++i) deep += "{\"a\":";
  EXPECT_THAT(mistake(deep + "{}" + std::string(32, '}')),
              HasSubstr("column 161: expected no more than 32 levels, found `{`"));
  EXPECT_TRUE(read_json(deep + "1" + std::string(32, '}')));
  const std::string arrays = "{\"a\":" + std::string(50'000, '[');
  EXPECT_THAT(mistake(arrays), HasSubstr("expected no more than 32 levels"));
  EXPECT_THAT(mistake(std::string(kJsonBytesMax + 1, ' ')), HasSubstr("more than 65536 bytes"));
}

}  // namespace
}  // namespace berth::device
