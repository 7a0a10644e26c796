#include "base/codec.h"

#include <gtest/gtest.h>

namespace berth::base {
namespace {

TEST(Hex, GoesBothWaysInEitherCase) {
  EXPECT_EQ(hex_encode(Bytes{0x00, 0xAB, 0xFF}), "00abff");
  EXPECT_EQ(hex_decode("00aBFf"), (Bytes{0x00, 0xAB, 0xFF}));
  EXPECT_EQ(hex_decode(""), Bytes{});
}

TEST(Hex, RefusesWhatIsNoHex) {
  for (const char* text : {"0", "0g", " 00", "00 ", "0x00"}) EXPECT_FALSE(hex_decode(text)) << text;
}

TEST(Base64, MatchesRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), encoded);
    const auto decoded = base64_decode(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(std::string(decoded->begin(), decoded->end()), plain);
    const auto secret = base64_decode_secret(encoded);
    ASSERT_TRUE(secret);
    EXPECT_EQ(secret->text(), plain);
    EXPECT_EQ(base64_encode_secret(as_bytes(plain)).text(), encoded);
  }
}

TEST(Base64, GoesBothWaysForEveryByte) {
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  for (std::size_t size = 0; size <= all.size(); ++size) {
    const std::span<const std::uint8_t> some(all.data(), size);
    EXPECT_EQ(base64_decode(base64_encode(some)), Bytes(some.begin(), some.end())) << size;
  }
}

TEST(Base64, IsStrict) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Z", "====", "=", "Zm9v\n", " Zm9v", "Zm 9v",
                           "Zm9-", "Zm9_", "Zh==", "Zm9=", "Zg==Zg==", "Zm=v"}) {
    EXPECT_FALSE(base64_decode(text)) << text;
    EXPECT_FALSE(base64_decode_secret(text)) << text;
  }
}

TEST(Base64, RefusesOneWrongCharacterWhereverItStands) {
  for (const std::string good : {"Zm9vYmFy", "Zm9vYmE=", "Zm9vYg=="}) {
    const std::size_t digits = good.find_last_not_of('=') + 1;
    for (std::size_t at = 0; at < digits; ++at) {
      for (const char wrong : {'!', '-', '\0', '\x7F', '\x80', '\xFF'}) {
        std::string text = good;
        text[at] = wrong;
        EXPECT_FALSE(base64_decode(text)) << good << ' ' << at;
      }
    }
  }
}

TEST(Percent, DecodesOnceAndKeepsPlus) {
  EXPECT_EQ(percent_decode("a%2Fb%2fc+d"), "a/b/c+d");
  EXPECT_EQ(percent_decode("%252F"), "%2F");
  EXPECT_EQ(percent_decode("%41bc%64%65f"), "Abcdef");
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_EQ(percent_decode("%00"), std::string(1, '\0'));
  for (const char* text : {"%", "%2", "a%", "%2g", "%-1", "a%zz", "%41%4", "a%41bc%"}) {
    EXPECT_FALSE(percent_decode(text)) << text;
  }
}

TEST(Percent, EncodesAllButUnreserved) {
  EXPECT_EQ(percent_encode("azAZ09-._~"), "azAZ09-._~");
  EXPECT_EQ(percent_encode("a/b:c d\xC3\xA9"), "a%2Fb%3Ac%20d%C3%A9");
  EXPECT_EQ(percent_encode("//"), "%2F%2F");
}

TEST(Case, IsAsciiOnly) {
  EXPECT_EQ(ascii_lower("AbC\xC3\x89"), "abc\xC3\x89");
  EXPECT_EQ(ascii_upper("aBc"), "ABC");
  EXPECT_TRUE(equals_ignoring_case("0ne00AB", "0NE00ab"));
  EXPECT_TRUE(equals_ignoring_case("", ""));
  EXPECT_FALSE(equals_ignoring_case("abc", "abd"));
  EXPECT_FALSE(equals_ignoring_case("abc", "abcd"));
  EXPECT_FALSE(equals_ignoring_case("[", "{"));
}

TEST(Printable, ReplacesControlsAndBrokenUtf8) {
  EXPECT_EQ(printable("a\nb\x1b[31m\x7f"), "a?b?[31m?");
  EXPECT_EQ(printable("\xC3\xA9 \xE2\x82\xAC"), "\xC3\xA9 \xE2\x82\xAC");
  EXPECT_EQ(printable("\xFF\xC3"), "??");
  EXPECT_EQ(printable("\xC2\x85x"), "?x");  // a C1 control
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a?b");
}

TEST(Printable, CutsBetweenCharacters) {
  EXPECT_EQ(printable("abcdef", 3), "abc");
  EXPECT_EQ(printable("ab\xE2\x82\xAC", 4), "ab");
  EXPECT_LE(printable(std::string(10'000, 'x')).size(), 256U);
}

TEST(Utf8, TellsWellFormedFromNot) {
  for (const char* good : {"", "plain", "\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x9A\xA2"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80",
                          "\xF0\x9F\x9A", "\xFF"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Utf8, IsFoundWhereverItStands) {
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t behind = 0; behind < 20; ++behind) {
      const std::string left(before, 'l');
      const std::string right(behind, 'r');
      EXPECT_TRUE(is_utf8(left + "\xE2\x82\xAC" + right)) << before << ' ' << behind;
      EXPECT_FALSE(is_utf8(left + "\xE2\x82" + right)) << before << ' ' << behind;
      EXPECT_EQ(printable(left + "\xC3\xA9\n" + right), left + "\xC3\xA9?" + right);
    }
  }
}

}  // namespace
}  // namespace berth::base
