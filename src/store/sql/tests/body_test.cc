#include "store/sql/body.h"

#include "store/sql/bodies.h"
#include "store/sql/paging.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::store::sql {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string written(std::string_view value) {
  BodyWriter body;
  body.text("a", value);
  return body.finish();
}

TEST(BodyWriter, EscapesEveryByteWhereverItStands) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    for (std::size_t at = 0; at < 26; ++at) {
      std::string text(26, 'x');
      text[at] = c;
      const std::string body = written(text);
      const bool plain = byte >= 0x20 && c != '"' && c != '\\';
      EXPECT_EQ(body == R"({"a":")" + text + R"("})", plain) << byte << " at " << at;
      if (byte >= 0x80) continue;  // no UTF-8 by itself: storable() keeps it out
      BodyReader reader(body, "record");
      EXPECT_EQ(reader.text("a"), text) << byte << " at " << at;
      EXPECT_TRUE(reader.done());
    }
  }
  EXPECT_EQ(written("plain"), R"({"a":"plain"})");
  EXPECT_EQ(written("quotes \" and \\ and \n in one text"),
            R"({"a":"quotes \" and \\ and \n in one text"})");
}

TEST(BodyReader, MissingFieldsReadAsTheirDefaults) {
  BodyReader body("{}", "record");
  EXPECT_EQ(body.text("a"), "");
  EXPECT_EQ(body.number("a", 7), 7);
  EXPECT_TRUE(body.flag("a", true));
  EXPECT_FALSE(body.time("a"));
  EXPECT_TRUE(body.bytes("a").empty());
  EXPECT_TRUE(body.texts("a").empty());
  EXPECT_TRUE(body.done());
}

TEST(BodyReader, NamesRecordAndFieldButNoValue) {
  BodyReader body(R"({"a":{"b":[{"c":1},{"c":"s3cret"}]}})", "enrollment dev-1");
  body.within(
      "a", [](BodyReader& inner) { inner.each("b", [](BodyReader& each) { each.number("c"); }); });
  const Result<void> done = body.done();
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorKind::kInternal);
  EXPECT_THAT(done.error().what, HasSubstr("enrollment dev-1"));
  EXPECT_THAT(done.error().what, HasSubstr("/a/b/1/c"));
  EXPECT_THAT(done.error().what, Not(HasSubstr("s3cret")));
}

TEST(BodyReader, NamesTheRecordByKindAndId) {
  const std::string id = "dev-1";
  BodyReader body(R"({"a":1})", "enrollment", id);
  EXPECT_TRUE(body.bytes("a").empty());
  EXPECT_EQ(body.choice("a", domain::parse_allocation_policy, domain::AllocationPolicy::kHashed),
            domain::AllocationPolicy::kHashed);
  const Result<void> done = body.done();
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().what, HasSubstr("enrollment dev-1"));
  EXPECT_THAT(done.error().what, HasSubstr("/a: expected a string"));
}

TEST(BodyReader, WrongShapesAreErrorsAndNeverThrow) {
  for (const char* text :
       {"", "nonsense", "[]", "1", "null", R"({"t":1})", R"({"n":"x"})", R"({"n":1.5})",
        R"({"f":0})", R"({"b":"*"})", R"({"l":[1]})", R"({"l":{}})", R"({"o":[]})",
        "{\"t\":\"\xff\"}", R"({"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":{"d":1}}}}}}}}}})"}) {
    BodyReader body(text, "record");
    body.text("t");
    body.number("n");
    body.flag("f", true);
    body.bytes("b");
    body.texts("l");
    body.each("l", [](BodyReader&) {});
    body.within("o", [](BodyReader&) {});
    EXPECT_FALSE(body.done()) << text;
  }
}

TEST(Bodies, DamagedRecordsAreRefused) {
  EXPECT_FALSE(read_enrollment("{}", {}));  // no attestation at all
  EXPECT_FALSE(read_scope(R"({"allocation_policy":"guess"})", {}));
  EXPECT_FALSE(read_registration(R"({"status":"lost"})", {}));
  EXPECT_FALSE(read_trail(R"({"steps":[{"step":"leap"}]})", {}));
  EXPECT_FALSE(read_device(R"({"keys":{"primary":"%"}})", {}));
  EXPECT_FALSE(read_token(R"({"role":"root"})", {}));
}

TEST(Bodies, StorableKeepsGoodTextAndRendersTheRest) {
  EXPECT_EQ(storable("grün\n"), "grün\n");
  EXPECT_TRUE(base::is_utf8(storable("\xff\xfe")));
  EXPECT_EQ(storable(std::string("a\0b", 3)), "a?b");
}

TEST(Paging, CursorsCarryAnyKey) {
  for (const char* key : {"a", "dev-1", "ünï", "x y"}) {
    const auto page = read_page({make_cursor(key), 5});
    ASSERT_TRUE(page);
    EXPECT_EQ(page->after, key);
    EXPECT_EQ(page->limit, 5U);
    EXPECT_EQ(page->fetch, 6U);
  }
}

TEST(Paging, LimitIsBounded) {
  EXPECT_EQ(read_page({"", 0})->limit, kPageDefault);
  EXPECT_EQ(read_page({"", kPageMax})->limit, kPageMax);
  EXPECT_EQ(read_page({"", kPageMax + 1})->limit, kPageMax);
}

}  // namespace
}  // namespace berth::store::sql
