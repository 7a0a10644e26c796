// Reading and writing comma-separated values, and the names a file lists.
#include "cli/csv.h"

#include "cli/roster_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Rows = std::vector<std::vector<std::string>>;

Rows cells_of(std::string_view text) {
  const Try<std::vector<CsvRow>> rows = read_csv(text, "f.csv");
  if (!rows) {
    ADD_FAILURE() << rows.error().what;
    return {};
  }
  Rows cells;
  for (const CsvRow& row : *rows) cells.push_back(row.cells);
  return cells;
}

std::string refusal(std::string_view text) {
  const Try<std::vector<CsvRow>> rows = read_csv(text, "f.csv");
  return rows ? "it was read" : rows.error().what;
}

TEST(Csv, CellsAreSeparatedByCommas) {
  EXPECT_EQ(cells_of("a,b\nc,d\n"), (Rows{{"a", "b"}, {"c", "d"}}));
  EXPECT_EQ(cells_of("a,,\n,b"), (Rows{{"a", "", ""}, {"", "b"}}));
}

TEST(Csv, LinesMayEndInAnyWayAndTheLastInNone) {
  for (const char* text : {"a\nb\n", "a\r\nb\r\n", "a\rb\r", "a\nb", "a\r\nb"}) {
    EXPECT_EQ(cells_of(text), (Rows{{"a"}, {"b"}})) << text;
  }
}

TEST(Csv, AByteOrderMarkIsNoPartOfTheFirstCell) {
  EXPECT_EQ(cells_of("\xEF\xBB\xBFname\nd1\n"), (Rows{{"name"}, {"d1"}}));
}

TEST(Csv, RowsWithoutAnythingInThemAreNoRows) {
  EXPECT_EQ(cells_of("\n\na\n\r\n  \n,,\nb\n\n"), (Rows{{"a"}, {"b"}}));
  EXPECT_EQ(cells_of(""), Rows{});
}

TEST(Csv, RowsKnowTheLineTheyBeginOn) {
  const auto rows = read_csv("a\n\n\"b\nc\"\r\nd\n", "f.csv");
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_EQ((*rows)[0].line, 1u);
  EXPECT_EQ((*rows)[1].line, 3u);
  EXPECT_EQ((*rows)[2].line, 5u);
}

TEST(Csv, QuotedCellsMayHoldAnything) {
  EXPECT_EQ(cells_of("\"a,b\",\"say \"\"x\"\"\"\n\"c\r\nd\",\"\"\n"),
            (Rows{{"a,b", "say \"x\""}, {"c\r\nd", ""}}));
  EXPECT_EQ(cells_of("in\"side,b\n"), (Rows{{"in\"side", "b"}}));
}

TEST(Csv, BrokenQuotesAreRefusedWithTheirLine) {
  EXPECT_EQ(refusal("a\n\"b\nc\n"), "f.csv, line 2: a quote is opened and never closed");
  EXPECT_EQ(refusal("a\nb\n\"c\"d,e\n"), "f.csv, line 3: text follows the closing quote of a cell");
  EXPECT_EQ(cells_of("\"c\" ,e\n"), (Rows{{"c", "e"}}));
}

TEST(Csv, WhatIsNoTextIsRefusedWithItsLine) {
  using namespace std::string_view_literals;
  EXPECT_EQ(refusal("a\nb\0c\n"sv), "f.csv, line 2 holds bytes that are no text");
  EXPECT_EQ(refusal("\xFF\xFE"
                    "n\0a\0"sv),
            "f.csv, line 1 holds bytes that are no text");
}

TEST(Csv, TheFirstLineSaysWhatSeparates) {
  EXPECT_EQ(cells_of("name;site\nd1;a,b\n"), (Rows{{"name", "site"}, {"d1", "a,b"}}));
  EXPECT_EQ(cells_of("\r\n\nname;site\nd1;x\n"), (Rows{{"name", "site"}, {"d1", "x"}}));
  EXPECT_EQ(cells_of("name\tsite\nd1\tx\n"), (Rows{{"name", "site"}, {"d1", "x"}}));
  EXPECT_EQ(cells_of("name,site;x\n"), (Rows{{"name", "site;x"}}));
}

TEST(Csv, TheSizeOfATableIsBounded) {
  EXPECT_THAT(refusal(std::string(kCsvCellsMax, ',')), HasSubstr("more than 200 cells"));
  std::string tall;
  for (std::size_t i = 0; i <= kCsvRowsMax; ++i) tall += "a\n";
  EXPECT_EQ(refusal(tall), "f.csv, line 1000001: there are more than 1000000 rows");
}

TEST(Csv, WhatIsWrittenIsReadBack) {
  const std::vector<std::string> cells{"a", "", "b,c", "d;e", "say \"x\"", "two\nlines", " f "};
  const std::string line = csv_line(cells);
  EXPECT_EQ(line, "a,,\"b,c\",\"d;e\",\"say \"\"x\"\"\",\"two\nlines\", f \n");
  EXPECT_EQ(cells_of(line), Rows{cells});
}

std::vector<std::string> names_in(std::string_view text) {
  const Try<std::vector<RosterName>> names = read_roster(text, "f.csv");
  if (!names) return {names.error().what + " | " + names.error().why};
  std::vector<std::string> all;
  for (const RosterName& name : *names) all.push_back(name.name);
  return all;
}

TEST(RosterFile, TheColumnOfNamesIsFoundByItsHeader) {
  EXPECT_THAT(names_in("name\nd1\nd2\n"), ElementsAre("d1", "d2"));
  EXPECT_THAT(names_in("site,name\nx,d1\ny,d2\n"), ElementsAre("d1", "d2"));
  EXPECT_THAT(names_in("device_name,site\nd1,x\n"), ElementsAre("d1"));
  EXPECT_THAT(names_in("deviceName,site\nd1,x\n"), ElementsAre("d1"));
  EXPECT_THAT(names_in("site;\"DeviceName\"\r\nx;d1\r\n"), ElementsAre("d1"));
}

TEST(RosterFile, OneColumnNeedsNoHeader) {
  EXPECT_THAT(names_in("d1\r\nd2\r\n\r\nd3"), ElementsAre("d1", "d2", "d3"));
  EXPECT_THAT(names_in("\xEF\xBB\xBF d1 \n\"d2\"\n"), ElementsAre("d1", "d2"));
}

TEST(RosterFile, SeveralColumnsWithoutANameAreRefusedWithWhatTheyAre) {
  EXPECT_THAT(names_in("\nserial,site\n1,x\n"),
              ElementsAre("f.csv, line 2 names no column `name` | it has `serial`, `site`"));
  EXPECT_THAT(names_in("d1\nd2,x\n"), ElementsAre(HasSubstr("names no column `name`")));
}

TEST(RosterFile, AFileWithoutNamesIsRefused) {
  EXPECT_THAT(names_in(""), ElementsAre(HasSubstr("f.csv lists no names")));
  EXPECT_THAT(names_in("name\n\n"), ElementsAre(HasSubstr("f.csv lists no names")));
}

TEST(RosterFile, NamesThatCannotBeSentAreMarkedAndStopNoOther) {
  const auto names = read_roster(
      "name,x\nd1,\n,1\nd\xC3\xA9,\n" + std::string(129, 'a') + ",\n\"a\"\"b\",\nd2\n", "f.csv");
  ASSERT_TRUE(names);
  ASSERT_EQ(names->size(), 6u);
  EXPECT_THAT((*names)[0].problem, IsEmpty());
  EXPECT_EQ((*names)[1].problem, "the name is empty");
  EXPECT_EQ((*names)[1].line, 3u);
  EXPECT_THAT((*names)[2].problem, HasSubstr("characters that no name has"));
  EXPECT_THAT((*names)[3].problem, HasSubstr("129 characters"));
  EXPECT_THAT((*names)[4].problem, HasSubstr("characters that no name has"));
  EXPECT_THAT((*names)[5].problem, IsEmpty());
}

TEST(RosterFile, ARepeatedNameKnowsItsFirstMention) {
  const auto names = read_roster("d1\nd2\nD1\nd1\n", "f.csv");
  ASSERT_TRUE(names);
  EXPECT_EQ((*names)[2].repeats, std::nullopt);
  EXPECT_EQ((*names)[3].repeats, 0u);
}

}  // namespace
}  // namespace berth::cli
