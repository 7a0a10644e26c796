// Readers look at the database in memory, the writer does not: what it costs to find a row must not
// grow with every page on the way.
#include "store/sql/migrations.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/tests/temporary_folder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

namespace berth::store::sqlite {
namespace {

class ReaderMap : public testing::Test {
 protected:
  // Of one kind, on a database whose tables are made and in the file, not in the log alone.
  std::unique_ptr<Connection> open(bool read_only) {
    Options options;
    options.path = folder_.file("mapped.db");
    options.read_only = read_only;
    auto connection = Connection::open(options);
    EXPECT_TRUE(connection);
    return *std::move(connection);
  }
  void SetUp() override {
    const std::unique_ptr<Connection> writer = open(false);
    ASSERT_TRUE(sql::migrate(*writer));
    ASSERT_TRUE(writer->checkpoint(true));
  }

  // Whether this process has the database file in memory.
  bool is_mapped() const {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      if (line.ends_with(folder_.file("mapped.db"))) return true;
    }
    return false;
  }

  static std::uint64_t scopes(Connection& connection) {
    auto row = connection.run("SELECT count(*) FROM scopes", {});
    EXPECT_TRUE(row);
    EXPECT_TRUE(*row->next());
    return row->count(0);
  }

  TemporaryFolder folder_;
};

TEST_F(ReaderMap, AReaderHasTheFileInMemory) {
  const std::unique_ptr<Connection> reader = open(true);
  EXPECT_EQ(scopes(*reader), 0U);
  EXPECT_TRUE(is_mapped());
}

TEST_F(ReaderMap, TheWriterHasNot) {
  const std::unique_ptr<Connection> writer = open(false);
  EXPECT_EQ(scopes(*writer), 0U);
  EXPECT_FALSE(is_mapped());
}

TEST_F(ReaderMap, AReaderSeesWhatWasWrittenAfterItsFirstLook) {
  const std::unique_ptr<Connection> reader = open(true);
  ASSERT_EQ(scopes(*reader), 0U);
  const std::unique_ptr<Connection> writer = open(false);
  ASSERT_TRUE(writer->script("INSERT INTO scopes VALUES ('a', 1, 1, 1, 1, '{}')"));
  EXPECT_EQ(scopes(*reader), 1U);
  ASSERT_TRUE(writer->checkpoint(true));
  ASSERT_TRUE(writer->script("INSERT INTO scopes VALUES ('b', 1, 1, 1, 1, '{}')"));
  EXPECT_EQ(scopes(*reader), 2U);
}

}  // namespace
}  // namespace berth::store::sqlite
