#include "dialects/json_fields.h"

#include "domain/json_text.h"

#include <gtest/gtest.h>

namespace berth::dialects {
namespace {

boost::json::object object_of(std::string_view text) {
  Result<boost::json::object> parsed = parse_json_object(text);
  EXPECT_TRUE(parsed) << text;
  return parsed ? *std::move(parsed) : boost::json::object();
}

struct Reading {
  explicit Reading(std::string_view text, JsonPolicy policy = {})
      : object(object_of(text)), fields(object, policy, problems) {}
  boost::json::object object;
  std::vector<JsonProblem> problems;
  JsonFields fields;

  std::string first() const {
    return problems.empty() ? "" : problems[0].path + ": " + problems[0].what;
  }
};

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST(ParseJson, RefusesOneByteMoreThanTheLimit) {
  const JsonLimits limits{.bytes_max = 10, .depth_max = 4};
  EXPECT_TRUE(parse_json("\"12345678\"", limits));
  const auto over = parse_json("\"123456789\"", limits);
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().kind, ErrorKind::kTooLarge);
}

TEST(ParseJson, RefusesOneLevelMoreThanTheLimit) {
  EXPECT_TRUE(parse_json(nested(32)));
  EXPECT_TRUE(parse_json(" {} \r\n"));
  const auto over = parse_json(nested(33));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().what, "the JSON is nested deeper than 32 levels");
}

TEST(ParseJson, RefusesWhatIsNotOneValue) {
  for (const std::string_view bad :
       {"", " ", "{", "{}x", "{} {}", "{'a':1}", "{\"a\":1,}", "nul", "\"\xff\"", "[1 2]", "\"a"}) {
    const auto parsed = parse_json(bad);
    ASSERT_FALSE(parsed) << bad;
    EXPECT_EQ(parsed.error().kind, ErrorKind::kInvalid) << bad;
  }
}

TEST(ParseJson, SaysWhereReadingStopped) {
  EXPECT_EQ(parse_json("{\"a\":x}").error().what.substr(0, 18), "not JSON at byte 5");
}

TEST(ParseJson, WantsAnObjectWhenAskedForOne) {
  EXPECT_EQ(parse_json_object("[1]").error().what, "expected a JSON object, found an array");
}

TEST(ToJsonText, KeepsNumbersReadable) {
  const std::string text = R"({"a":1.5,"b":[1,-2,18446744073709551615,true,null],"c":"x\"\n"})";
  EXPECT_EQ(domain::to_json_text(*parse_json(text)), text);
  EXPECT_EQ(domain::to_json_text(*parse_json("[1e999,0.1,100000.0]")), "[null,0.1,1e+05]");
}

TEST(JsonFields, ReadsEachType) {
  Reading r(R"({"t":"x","f":true,"n":7,"at":"2026-01-31T12:00:00Z","k":"AAECAw==",
                "l":["a","b"],"o":{"in":1},"any":[1]})");
  EXPECT_EQ(r.fields.text("t"), "x");
  EXPECT_EQ(r.fields.flag("f"), true);
  EXPECT_EQ(r.fields.integer("n", 1, 7), 7);
  EXPECT_EQ(base::format_utc(*r.fields.time("at"), 0), "2026-01-31T12:00:00Z");
  EXPECT_EQ(r.fields.secret("k", 4, 4)->size(), 4U);
  EXPECT_EQ(r.fields.texts("l", 2), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(r.fields.object_text("o"), R"({"in":1})");
  EXPECT_EQ(r.fields.value_text("any"), "[1]");
  r.fields.finish();
  EXPECT_TRUE(r.fields.ok()) << r.first();
}

TEST(JsonFields, NamesPathAndExpectation) {
  Reading r(R"({"o":{"in":{"deep":5}},"l":["a",1]})");
  std::optional<JsonFields> outer = r.fields.object("o");
  std::optional<JsonFields> inner = outer->object("in");
  EXPECT_FALSE(inner->flag("deep"));
  EXPECT_FALSE(r.fields.texts("l", 9, {.size_max = 4}));
  ASSERT_EQ(r.problems.size(), 2U);
  EXPECT_EQ(r.problems[0].path, "/o/in/deep");
  EXPECT_EQ(r.problems[0].what, "expected true or false, found a number");
  EXPECT_EQ(r.problems[1].path, "/l/1");
  EXPECT_EQ(to_error(r.problems).what.substr(0, 53),
            "/o/in/deep: expected true or false, found a number; /");
}

TEST(JsonFields, RefusesWrongTypes) {
  const std::string_view text = R"({"a":{}})";
  EXPECT_FALSE(Reading(text).fields.text("a"));
  Reading integer(text);
  EXPECT_FALSE(integer.fields.integer("a", 0, 1));
  EXPECT_EQ(integer.first(), "/a: expected a whole number from 0 to 1, found an object");
  Reading time(text);
  EXPECT_FALSE(time.fields.time("a"));
  Reading secret(text);
  EXPECT_FALSE(secret.fields.secret("a", 1, 2));
  Reading list(text);
  EXPECT_FALSE(list.fields.texts("a", 1));
  Reading object(R"({"a":[]})");
  EXPECT_FALSE(object.fields.object("a"));
  EXPECT_FALSE(object.fields.object_text("a"));
  EXPECT_EQ(object.problems.size(), 2U);
}

TEST(JsonFields, BoundsNumbersTextsListsAndSecrets) {
  Reading r(R"({"n":8,"m":1.0,"t":"abc","c":"a\u0000b","l":["a","b"],"k":"AAEC","b":"?"})");
  EXPECT_FALSE(r.fields.integer("n", 1, 7));
  EXPECT_FALSE(r.fields.integer("m", 1, 7));
  EXPECT_FALSE(r.fields.text("t", {.size_max = 2}));
  EXPECT_FALSE(r.fields.text("c"));
  EXPECT_FALSE(r.fields.texts("l", 1));
  EXPECT_FALSE(r.fields.secret("k", 4, 8));
  EXPECT_FALSE(r.fields.secret("b", 4, 8));
  EXPECT_EQ(r.problems.size(), 7U);
}

TEST(JsonFields, AllowsControlCharactersOnRequest) {
  Reading r(R"({"c":"a\nb"})");
  EXPECT_EQ(r.fields.text("c", {.control_characters = true}), "a\nb");
}

TEST(JsonFields, ReadsNullAsAbsentOrAsWrongTypeAsThePolicySays) {
  Reading absent(R"({"a":null})");
  EXPECT_FALSE(absent.fields.text("a"));
  EXPECT_TRUE(absent.fields.ok());
  absent.fields.require("a");
  EXPECT_EQ(absent.first(), "/a: is required");
  Reading wrong(R"({"a":null})", {.nulls = NullFields::kRefuse});
  EXPECT_FALSE(wrong.fields.text("a"));
  EXPECT_EQ(wrong.first(),
            "/a: expected text of 0..1024 bytes without control characters, found null");
}

TEST(JsonFields, RefusesOrIgnoresUnknownFieldsAsThePolicySays) {
  Reading strict(R"({"enabeld":true})");
  strict.fields.flag("enabled");
  strict.fields.text("id");
  strict.fields.finish();
  EXPECT_TRUE(strict.first().starts_with("/enabeld: no such field here; ")) << strict.first();
  EXPECT_TRUE(strict.first().ends_with("known: enabled, id")) << strict.first();
  Reading lenient(R"({"enabeld":true})", {.unknown = UnknownFields::kIgnore});
  lenient.fields.flag("enabled");
  lenient.fields.finish();
  EXPECT_TRUE(lenient.fields.ok());
}

TEST(JsonFields, EscapesAndCutsNamesInPaths) {
  Reading r(R"({"a/b~c\n":1})");
  r.fields.finish();
  EXPECT_EQ(r.problems[0].path, "/a~1b~0c?");
}

TEST(JsonFields, ReadsWords) {
  const auto parse = [](std::string_view text) -> std::optional<int> {
    return text == "one" ? std::optional<int>(1) : std::nullopt;
  };
  EXPECT_EQ(Reading(R"({"w":"one"})").fields.word("w", parse, "one"), 1);
  Reading wrong(R"({"w":"two"})");
  EXPECT_FALSE(wrong.fields.word("w", parse, "one"));
  EXPECT_EQ(wrong.first(), "/w: expected one");
}

TEST(JsonFields, StopsCollectingProblemsAtABound) {
  std::string text = "{";
  for (int i = 0; i < 100; ++i) text += "\"x" + std::to_string(i) + "\":1,";
  text.back() = '}';
  Reading r(text);
  r.fields.finish();
  EXPECT_EQ(r.problems.size(), 32U);
}

}  // namespace
}  // namespace berth::dialects
