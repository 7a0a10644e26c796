// How SQLite reads the fleet: a page must cost a page whatever the number of devices, so each
// statement goes along an index and none sorts or reads a whole table.
#include "store/sql/fleet_sql.h"
#include "store/sql/migrations.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/tests/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <string>
#include <vector>

namespace berth::store::sqlite {
namespace {

using testing::AllOf;
using testing::AnyOf;
using testing::Each;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

struct Named {
  const char* name;
  sql::Sql statement;
};

std::vector<Named> statements() {
  return {{"registrations, id", sql::kFleetRegistrations.by_id.up},
          {"registrations, -id", sql::kFleetRegistrations.by_id.down},
          {"registrations, time", sql::kFleetRegistrations.by_time.up},
          {"registrations, -time", sql::kFleetRegistrations.by_time.down},
          {"approval, id", sql::kFleetByApproval.by_id.up},
          {"approval, -id", sql::kFleetByApproval.by_id.down},
          {"approval, time", sql::kFleetByApproval.by_time.up},
          {"approval, -time", sql::kFleetByApproval.by_time.down},
          {"template, id", sql::kFleetByTemplate.up},
          {"template, -id", sql::kFleetByTemplate.down},
          {"enrollments, id", sql::kFleetEnrollments.by_id.up},
          {"enrollments, -id", sql::kFleetEnrollments.by_id.down},
          {"enrollments, time", sql::kFleetEnrollments.by_time.up},
          {"enrollments, -time", sql::kFleetEnrollments.by_time.down},
          {"members, id", sql::kFleetMembers.by_id.up},
          {"members, -id", sql::kFleetMembers.by_id.down},
          {"members, time", sql::kFleetMembers.by_time.up},
          {"members, -time", sql::kFleetMembers.by_time.down},
          {"identities, id", sql::kFleetIdentities.by_id.up},
          {"identities, -id", sql::kFleetIdentities.by_id.down},
          {"identities, time", sql::kFleetIdentities.by_time.up},
          {"identities, -time", sql::kFleetIdentities.by_time.down}};
}

// A connection of the test's own: what a driver runs is a literal, and a plan is asked for by
// another text.
class FleetPlan : public testing::Test {
 protected:
  void SetUp() override {
    Options options;
    options.path = folder_.file("plan.db");
    auto connection = Connection::open(options);
    ASSERT_TRUE(connection);
    ASSERT_TRUE(sql::migrate(**connection));
    ASSERT_EQ(sqlite3_open(options.path.c_str(), &database_), SQLITE_OK);
  }
  void TearDown() override { sqlite3_close(database_); }

  // What SQLite says it does, a line for each table and each sort.
  std::vector<std::string> plan(const std::string& statement) {
    std::vector<std::string> lines;
    sqlite3_stmt* rows = nullptr;
    const std::string ask = "EXPLAIN QUERY PLAN " + statement;
    EXPECT_EQ(sqlite3_prepare_v2(database_, ask.c_str(), -1, &rows, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database_);
    constexpr int kDetail = 3;
    while (rows != nullptr && sqlite3_step(rows) == SQLITE_ROW) {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(rows, kDetail));
      lines.emplace_back(text);
    }
    sqlite3_finalize(rows);
    return lines;
  }

  TemporaryFolder folder_{TemporaryFolder::Place::kMemory};
  sqlite3* database_ = nullptr;
};

TEST_F(FleetPlan, NoStatementSortsOrReadsAWholeTable) {
  for (const Named& each : statements()) {
    const std::vector<std::string> lines = plan(each.statement.text());
    EXPECT_THAT(lines, Not(IsEmpty())) << each.name;
    EXPECT_THAT(lines, Each(AllOf(Not(HasSubstr("TEMP B-TREE")), Not(StartsWith("SCAN ")))))
        << each.name;
  }
}

// The line of the table that is paged: its index must narrow by more than the scope, or a page far
// down the list would read everything before it.
TEST_F(FleetPlan, EveryStatementBeginsAtItsPlace) {
  for (const Named& each : statements()) {
    const std::vector<std::string> lines = plan(each.statement.text());
    ASSERT_THAT(lines, Not(IsEmpty())) << each.name;
    // A table that is kept in the order of its key says PRIMARY KEY.
    EXPECT_THAT(lines.front(),
                AllOf(StartsWith("SEARCH "), AnyOf(HasSubstr("INDEX"), HasSubstr("PRIMARY KEY")),
                      AnyOf(HasSubstr(">"), HasSubstr("<"))))
        << each.name;
  }
}

TEST_F(FleetPlan, ThePlanOfASortIsNoticed) {
  const std::string sorted = "SELECT id FROM devices ORDER BY body";
  EXPECT_THAT(plan(sorted), testing::Contains(HasSubstr("TEMP B-TREE")));
  EXPECT_THAT(plan(sorted), testing::Contains(StartsWith("SCAN ")));
}

}  // namespace
}  // namespace berth::store::sqlite
