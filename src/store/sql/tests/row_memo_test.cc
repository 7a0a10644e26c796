#include "store/sql/row_memo.h"

#include <gtest/gtest.h>

#include <vector>

namespace berth::store::sql {
namespace {

// A statement that stands on one row.
class OneRow final : public Statement {
 public:
  struct Column {
    std::int64_t number = 0;
    std::string text = {};
  };

  explicit OneRow(std::vector<Column> columns) : columns_(std::move(columns)) {}
  Result<void> start(std::span<const Value>, bool) override { return {}; }
  Result<bool> next() override { return false; }
  bool is_null(int) const override { return false; }
  std::int64_t number(int column) const override { return at(column).number; }
  std::string_view text(int column) const override { return at(column).text; }
  std::uint64_t changed() const override { return 0; }
  void reset() override {}

 private:
  const Column& at(int column) const { return columns_.at(static_cast<std::size_t>(column)); }

  std::vector<Column> columns_;
};

using Columns = std::vector<OneRow::Column>;

constexpr const char* kScopeBody = R"({"display_name":"Plant"})";
constexpr const char* kKeyBody = R"({"display_name":"Line","symmetric_key":{"primary":"AAAA"}})";
constexpr const char* kOtherKeyBody =
    R"({"display_name":"Lane","symmetric_key":{"primary":"AAAA"}})";

// id, version, created_at, updated_at, body.
Columns scope_columns() {
  return {{0, "0ne000000A1"}, {3}, {1'000'000}, {2'000'000}, {0, kScopeBody}};
}
// scope, kind, id, version, created_at, updated_at, body.
Columns group_columns(const std::string& id = "line-7") {
  return {{0, "0ne000000A1"}, {0, "group"}, {0, id}, {3}, {1'000'000}, {2'000'000}, {0, kKeyBody}};
}

class RowMemoTest : public testing::Test {
 protected:
  std::shared_ptr<const domain::Scope> scope(Columns columns) {
    OneRow row(std::move(columns));
    return memo.scope(Cursor(&row)).value_or(nullptr);
  }
  std::shared_ptr<const domain::Enrollment> group(Columns columns) {
    OneRow row(std::move(columns));
    return memo.enrollment(Cursor(&row)).value_or(nullptr);
  }

  RowMemo memo;
};

TEST_F(RowMemoTest, ARowThatSaysTheSameIsTheSameRecord) {
  const auto first = scope(scope_columns());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->display_name, "Plant");
  EXPECT_EQ(first->version, 3U);
  EXPECT_EQ(scope(scope_columns()), first);

  const auto line = group(group_columns());
  ASSERT_TRUE(line);
  EXPECT_EQ(line->display_name, "Line");
  EXPECT_EQ(line->kind, domain::EnrollmentKind::kGroup);
  EXPECT_EQ(group(group_columns()), line);
}

TEST_F(RowMemoTest, AnyColumnThatDiffersIsDecoded) {
  const auto first = scope(scope_columns());
  const Columns others{{0, "0ne000000B2"}, {4}, {1'000'001}, {2'000'001}, {0, "{}"}};
  for (std::size_t i = 0; i < others.size(); ++i) {
    Columns columns = scope_columns();
    columns[i] = others[i];
    const auto changed = scope(columns);
    ASSERT_TRUE(changed) << i;
    EXPECT_NE(changed, first) << i;
    EXPECT_EQ(changed->id.text(), columns[0].text) << i;
    EXPECT_EQ(changed->version, static_cast<std::uint64_t>(columns[1].number)) << i;
    EXPECT_EQ(base::to_unix_micros(changed->created_at), columns[2].number) << i;
    EXPECT_EQ(base::to_unix_micros(changed->updated_at), columns[3].number) << i;
    EXPECT_EQ(changed->display_name, i == 4 ? "" : "Plant") << i;
  }
}

TEST_F(RowMemoTest, AnyColumnOfAnEnrollmentThatDiffersIsDecoded) {
  const auto first = group(group_columns());
  const Columns others{{0, "0ne000000B2"}, {0, "individual"}, {0, "Line-7"},     {4},
                       {1'000'001},        {2'000'001},       {0, kOtherKeyBody}};
  for (std::size_t i = 0; i < others.size(); ++i) {
    Columns columns = group_columns();
    columns[i] = others[i];
    const auto changed = group(columns);
    ASSERT_TRUE(changed) << i;
    EXPECT_NE(changed, first) << i;
    EXPECT_EQ(changed->scope.text(), columns[0].text) << i;
    EXPECT_EQ(domain::to_string(changed->kind), columns[1].text) << i;
    EXPECT_EQ(changed->id.text(), columns[2].text) << i;
    EXPECT_EQ(changed->version, static_cast<std::uint64_t>(columns[3].number)) << i;
    EXPECT_EQ(base::to_unix_micros(changed->created_at), columns[4].number) << i;
    EXPECT_EQ(base::to_unix_micros(changed->updated_at), columns[5].number) << i;
    EXPECT_EQ(changed->display_name, i == 6 ? "Lane" : "Line") << i;
  }
}

TEST_F(RowMemoTest, WhatSaidTheSameBeforeItChangedIsDecodedAnew) {
  const auto first = group(group_columns());
  Columns columns = group_columns();
  columns[6].text = kOtherKeyBody;
  EXPECT_EQ(group(columns)->display_name, "Lane");
  const auto again = group(group_columns());
  EXPECT_NE(again, first);  // one row is remembered once
  EXPECT_EQ(again->display_name, "Line");
  EXPECT_EQ(first->display_name, "Line");  // whoever still has it keeps it
}

TEST_F(RowMemoTest, ABrokenBodyIsAnErrorEachTime) {
  const auto first = group(group_columns());
  for (int round = 0; round < 3; ++round) {
    Columns columns = group_columns();
    columns[6].text = "{}";
    OneRow row(columns);
    const auto broken = memo.enrollment(Cursor(&row));
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().kind, ErrorKind::kInternal);
  }
  EXPECT_EQ(group(group_columns()), first);
}

TEST_F(RowMemoTest, TheOldestGivesWay) {
  const auto name = [](std::size_t i) { return "line-" + std::to_string(i); };
  constexpr std::size_t kMax = RememberedRows<domain::Enrollment>::kRowsMax;
  std::vector<std::shared_ptr<const domain::Enrollment>> groups;
  for (std::size_t i = 0; i < kMax; ++i) groups.push_back(group(group_columns(name(i))));
  EXPECT_EQ(group(group_columns(name(0))), groups[0]);
  group(group_columns("one more"));
  for (std::size_t i = 1; i < kMax; ++i) EXPECT_EQ(group(group_columns(name(i))), groups[i]);
  EXPECT_EQ(groups[0].use_count(), 1);
  EXPECT_NE(group(group_columns(name(0))), groups[0]);
}

TEST_F(RowMemoTest, LongTextsGiveWayEarlier) {
  constexpr std::size_t kMax = RememberedRows<domain::Scope>::kBytesMax;
  const auto of_length = [](const std::string& id, std::size_t length) {
    Columns columns = scope_columns();
    columns[0].text = id;
    columns[4].text = R"({"display_name":")" + std::string(length, 'x') + R"("})";
    return columns;
  };
  const auto first = scope(of_length("0ne000000A1", kMax / 2));
  const auto second = scope(of_length("0ne000000A2", kMax / 4));
  EXPECT_EQ(first.use_count(), 2);
  const auto third = scope(of_length("0ne000000A3", kMax / 2));
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_EQ(second.use_count(), 2);
  EXPECT_EQ(third.use_count(), 2);

  // One that alone is too long is not remembered, and nothing gives way for it.
  const auto huge = scope(of_length("0ne000000A4", kMax));
  ASSERT_TRUE(huge);
  EXPECT_EQ(huge.use_count(), 1);
  EXPECT_EQ(third.use_count(), 2);
}

}  // namespace
}  // namespace berth::store::sql
