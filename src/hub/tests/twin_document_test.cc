#include "hub/twin_document.h"

#include "domain/json_text.h"
#include "hub/json_text.h"
#include "hub/twin_rules.h"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include <string>

namespace berth::hub {
namespace {

using domain::Reason;
using domain::TwinSection;

const TimePoint kFirst = *base::parse_utc("2026-01-01T00:00:00Z");
const TimePoint kLater = *base::parse_utc("2026-02-03T04:05:06.789Z");

boost::json::value json(std::string_view text) { return *read_json(text); }

TwinSection section(std::string_view document, Section of = Section::kDesired) {
  return first_section(of, document, kFirst);
}

Result<SectionWritten, DocumentFault> merge(const TwinSection& current, std::string_view patch,
                                            Section of = Section::kDesired) {
  return write_section(current, {of, patch, false, kLater});
}

std::string merged(std::string_view document, std::string_view patch) {
  const auto written = merge(section(document), patch);
  return written ? written->section.document : written.error().detail;
}

Reason fault(std::string_view patch, Section of = Section::kReported) {
  const auto written = merge(section("{}", of), patch, of);
  return written ? Reason::kNone : written.error().reason;
}

struct MergeCase {
  std::string before, patch, after;
};

TEST(TwinMerge, FollowsTheRules) {
  const MergeCase cases[] = {
      {R"({})", R"({"a":1})", R"({"a":1})"},
      {R"({"a":1,"b":2})", R"({"a":3})", R"({"a":3,"b":2})"},
      {R"({"a":1,"b":2})", R"({"a":null})", R"({"b":2})"},
      {R"({"a":1})", R"({"b":null})", R"({"a":1})"},
      {R"({"a":{"b":1,"c":2}})", R"({"a":{"b":null,"d":3}})", R"({"a":{"c":2,"d":3}})"},
      {R"({"a":1})", R"({"a":{"b":2}})", R"({"a":{"b":2}})"},
      {R"({"a":{"b":2}})", R"({"a":1})", R"({"a":1})"},
      {R"({"a":[1,2,3]})", R"({"a":[4]})", R"({"a":[4]})"},
      {R"({"a":{"b":2}})", R"({"a":[null,{"x":null}]})", R"({"a":[null,{"x":null}]})"},
      {R"({})", R"({"a":{"b":null,"c":{"d":null}}})", R"({"a":{"c":{}}})"},
      {R"({"A":1})", R"({"a":2})", R"({"A":1,"a":2})"},
      {R"({"a":1})", R"({"$version":9,"$metadata":{"x":{}},"b":2})", R"({"a":1,"b":2})"},
      {R"({"a":1})", R"({})", R"({"a":1})"},
      {R"({"a":1,"b":2,"c":3,"d":4})", R"({"a":null,"b":null,"c":null})", R"({"d":4})"},
  };
  for (const MergeCase& each : cases) {
    EXPECT_EQ(json(merged(each.before, each.patch)), json(each.after))
        << each.before << " + " << each.patch;
  }
}

TEST(TwinMerge, EveryAcceptedWriteRaisesTheVersionByOne) {
  TwinSection at = section("{}");
  EXPECT_EQ(at.version, 1U);
  for (const std::string patch : {"{}", R"({"a":1})", R"({"a":1})", R"({"b":null})"}) {
    const auto written = merge(at, patch);
    ASSERT_TRUE(written);
    EXPECT_EQ(written->section.version, at.version + 1);
    at = written->section;
  }
}

TEST(TwinMerge, TellsThePatchWithItsNullsAndWithoutItsVersion) {
  const auto written =
      merge(section(R"({"a":1,"b":{"c":1}})"), R"({"a":null,"b":{"c":null},"$version":3})");
  ASSERT_TRUE(written);
  EXPECT_EQ(json(written->told), json(R"({"a":null,"b":{"c":null}})"));
}

TEST(TwinReplace, TellsWhatVanishedAsNulls) {
  const auto written =
      write_section(section(R"({"a":1,"b":{"c":1,"d":2},"e":{"f":1}})"),
                    {Section::kDesired, R"({"b":{"d":3,"n":null},"e":5})", true, kLater});
  ASSERT_TRUE(written);
  EXPECT_EQ(json(written->section.document), json(R"({"b":{"d":3},"e":5})"));
  EXPECT_EQ(json(written->told), json(R"({"a":null,"b":{"c":null,"d":3},"e":5})"));
  EXPECT_EQ(written->section.version, 2U);
}

TEST(TwinMetadata, MirrorsTheTreeAndStampsWhatAWriteTouched) {
  const std::string old_stamp =
      R"("$lastUpdated":"2026-01-01T00:00:00.0000000Z","$lastUpdatedVersion":1)";
  const std::string new_stamp =
      R"("$lastUpdated":"2026-02-03T04:05:06.7890000Z","$lastUpdatedVersion":2)";
  const TwinSection before = section(R"({"a":{"b":1,"c":[1]},"d":1,"e":{"f":1}})");
  EXPECT_EQ(json(before.metadata),
            json("{" + old_stamp + R"(,"a":{)" + old_stamp + R"(,"b":{)" + old_stamp +
                 R"(},"c":{)" + old_stamp + R"(}},"d":{)" + old_stamp + R"(},"e":{)" + old_stamp +
                 R"(,"f":{)" + old_stamp + "}}}"));
  const auto written = merge(before, R"({"a":{"b":null},"e":7})");
  ASSERT_TRUE(written);
  EXPECT_EQ(json(written->section.metadata),
            json("{" + new_stamp + R"(,"a":{)" + new_stamp + R"(,"c":{)" + old_stamp +
                 R"(}},"d":{)" + old_stamp + R"(},"e":{)" + new_stamp + "}}"));
}

TEST(TwinMetadata, OfReportedHasNoVersionsAndOfTagsThereIsNone) {
  const auto reported = merge(section("{}", Section::kReported), R"({"a":1})", Section::kReported);
  ASSERT_TRUE(reported);
  EXPECT_EQ(reported->section.metadata.find("Version"), std::string::npos);
  const auto tags = merge(section("{}", Section::kTags), R"({"a":1})", Section::kTags);
  ASSERT_TRUE(tags);
  EXPECT_EQ(tags->section.metadata, "{}");
}

TEST(TwinLimits, RefuseWhatIsNotAnObjectOfGoodKeys) {
  for (const std::string patch : {"",
                                  " ",
                                  "{",
                                  "[]",
                                  "1",
                                  "null",
                                  "\"a\"",
                                  R"({"a":1}x)",
                                  R"({"a":01})",
                                  R"({"a":nan})",
                                  "{\"a\":\"\xff\"}",
                                  R"({"":1})",
                                  R"({"a.b":1})",
                                  R"({"$a":1})",
                                  R"({"a b":1})",
                                  R"({"a":{"$version":1}})",
                                  "{\"a\\u0001\":1}",
                                  "{\"a\\u0085\":1}",
                                  "{\"a\\u007f\":1}",
                                  R"({"a":[{"b.c":1}]})"}) {
    EXPECT_EQ(fault(patch), Reason::kDocumentInvalid) << patch;
  }
  EXPECT_EQ(fault("{\"" + std::string(1025, 'k') + "\":1}"), Reason::kDocumentInvalid);
  EXPECT_EQ(fault("{\"" + std::string(1024, 'k') + "\":1}"), Reason::kNone);
  EXPECT_EQ(fault("{\"\xc3\xa9-\xe2\x82\xac\":1}"), Reason::kNone);
}

TEST(TwinLimits, HoldNumbersToWhatADoubleKeeps) {
  EXPECT_EQ(fault(R"({"a":4503599627370495,"b":-4503599627370496})"), Reason::kNone);
  EXPECT_EQ(fault(R"({"a":4503599627370496})"), Reason::kDocumentInvalid);
  EXPECT_EQ(fault(R"({"a":-4503599627370497})"), Reason::kDocumentInvalid);
  EXPECT_EQ(fault(R"({"a":18446744073709551615})"), Reason::kDocumentInvalid);
  EXPECT_EQ(fault(R"({"a":123456789012345678901234567890})"), Reason::kDocumentInvalid);
  EXPECT_EQ(fault(R"({"a":1e300,"b":-2.5,"c":1e-999})"), Reason::kNone);
  EXPECT_EQ(fault(R"({"a":1e999})"), Reason::kDocumentInvalid);
}

std::string nested(int levels, const std::string& inside) {
  std::string text = inside;
  for (int i = 0; i < levels; ++i) text = R"({"l":)" + text + '}';
  return text;
}

TEST(TwinLimits, AllowTenLevelsOfObjectsBelowTheSection) {
  EXPECT_EQ(fault(nested(10, R"({"v":1})")), Reason::kNone);
  EXPECT_EQ(fault(nested(11, R"({"v":1})")), Reason::kDocumentInvalid);
  EXPECT_EQ(fault(nested(1000, "1")), Reason::kDocumentInvalid);
}

TEST(TwinLimits, CountCharactersOfTextWithoutControlCharacters) {
  EXPECT_EQ(twin_size(json(R"({"ab":"cd"})")), 4U);
  EXPECT_EQ(twin_size(json(R"({"é":"€"})")), 2U);
  EXPECT_EQ(twin_size(json(R"({"a":"\u0001\u0085\u007fx"})")), 2U);
  EXPECT_EQ(twin_size(json(R"({"a":1,"b":1.5,"c":true})")), 3U + 8 + 8 + 4);
  EXPECT_EQ(twin_size(json(R"({"a":{"b":[1,"xy"]}})")), 2U + 8 + 2);
}

TEST(TwinLimits, BoundEachValueAndTheWholeSection) {
  const std::string four_kb(4096, 'x');
  EXPECT_EQ(fault(R"({"a":")" + four_kb + R"("})"), Reason::kNone);
  EXPECT_EQ(fault(R"({"a":")" + four_kb + R"(x"})"), Reason::kDocumentTooLarge);
  EXPECT_EQ(fault(R"({"a":[")" + four_kb + R"(",1]})"), Reason::kDocumentTooLarge);
  std::string eight = "{";
  for (int i = 0; i < 8; ++i)
    eight += (i == 0 ? "\"k" : ",\"k") + std::to_string(i) + "\":\"" + std::string(4094, 'x') + '"';
  EXPECT_EQ(fault(eight + '}'), Reason::kNone);  // 8 * (2 + 4094) = 32 KB
  EXPECT_EQ(fault(eight + R"(,"z":"x"})"), Reason::kDocumentTooLarge);
  EXPECT_EQ(fault(R"({"a":")" + four_kb + R"(","b":")" + four_kb + R"("})", Section::kTags),
            Reason::kDocumentTooLarge);
  EXPECT_EQ(fault('{' + std::string(300'000, ' ') + '}'), Reason::kDocumentTooLarge);
}

TEST(TwinLimits, AreOfTheResultAndAFaultChangesNothing) {
  TwinSection at = section("{}", Section::kTags);
  int writes = 0;
  while (true) {
    const std::string patch =
        "{\"k" + std::to_string(writes) + "\":\"" + std::string(1000, 'x') + "\"}";
    const auto written = merge(at, patch, Section::kTags);
    if (!written) {
      EXPECT_EQ(written.error().reason, Reason::kDocumentTooLarge);
      break;
    }
    at = written->section;
    ++writes;
  }
  EXPECT_EQ(writes, 8);
  EXPECT_TRUE(merge(at, R"({"k0":null})", Section::kTags));
}

TEST(TwinLimits, BoundTheTextOfWhatTheCountLeavesOut) {
  // Control characters count for nothing and take six bytes each.
  TwinSection at = section("{}");
  bool refused = false;
  for (int i = 0; i < 40 && !refused; ++i) {
    std::string patch = "{\"k" + std::to_string(i) + "\":\"";
    for (int j = 0; j < 10'000; ++j) patch += "\\u0001";
    const auto written = merge(at, patch + "\"}");
    refused = !written;
    if (written) at = written->section;
  }
  EXPECT_TRUE(refused);
  EXPECT_LE(at.document.size(), kTwinTextBytesMax);
}

TEST(JsonText, KeepsNumbersThroughManyWrites) {
  std::string text = R"({"a":0.1,"b":23.456789012345678,"c":1.7976931348623157e308,"d":5e-324,)"
                     R"("e":-0.0,"f":100.0,"g":1e20,"h":-12})";
  const boost::json::value first = json(text);
  for (int i = 0; i < 5; ++i) text = domain::to_json_text(json(text));
  EXPECT_EQ(json(text), first);
  EXPECT_EQ(first.at("b").get_double(), 23.456789012345678);
  EXPECT_NE(text.find("0.1,"), std::string::npos);
}

TEST(JsonText, SaysWhereTextStopsBeingJson) {
  EXPECT_NE(read_json(R"({"a":tru})").error().what.find("byte"), std::string::npos);
  EXPECT_TRUE(check_json("null", 100));
  EXPECT_TRUE(check_json("18446744073709551615", 100));
  EXPECT_EQ(check_json(R"("abc")", 3).error().kind, ErrorKind::kTooLarge);
}

TEST(FirstSection, OfADocumentThatCannotBeReadIsEmpty) {
  EXPECT_EQ(section("oops").document, "{}");
  EXPECT_EQ(section(R"({"a":null,"b":1})").document, R"({"b":1})");
}

}  // namespace
}  // namespace berth::hub
