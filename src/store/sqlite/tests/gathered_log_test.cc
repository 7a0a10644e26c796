// Pages of a transaction go to the log together, and nothing that could go wrong on the way is
// hidden. What a power failure leaves of it: crash_test.cc and its neighbours, on the same files.
#include "store/sqlite/gathered_log.h"

#include "store/sqlite/connection.h"
#include "store/sqlite/tests/crash_fixture.h"
#include "store/sqlite/tests/crash_vfs.h"
#include "store/sqlite/tests/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace berth::store::sqlite {
namespace {

using sql::Value;

constexpr std::int64_t kRows = 100;  // of a thousand bytes: some thirty pages

class GatheredLog : public testing::Test {
 protected:
  void SetUp() override {
    writer_ = open(16 * 1024);
    ASSERT_TRUE(writer_->script("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)"));
  }
  std::unique_ptr<Connection> open(int cache_kibibytes) {
    Options options;
    options.path = folder_.file("berth.db");
    options.vfs = vfs_.name();
    options.cache_kibibytes = cache_kibibytes;
    auto connection = Connection::open(options);
    EXPECT_TRUE(connection);
    return *std::move(connection);
  }
  static void insert(Connection& writer, std::int64_t first, std::int64_t rows) {
    const std::string body(1000, 'x');
    for (std::int64_t id = first; id < first + rows; ++id) {
      const Result<bool> done =
          writer.execute("INSERT INTO t (id, body) VALUES ($1, $2)", {Value(id), Value(body)});
      ASSERT_TRUE(done) << done.error().what;
    }
  }
  // Writes and syncs of a transaction that inserts kRows rows.
  std::uint64_t operations_of_transaction() {
    const std::uint64_t before = vfs_.operations();
    EXPECT_TRUE(writer_->begin(sql::Access::kWrite));
    insert(*writer_, 1, kRows);
    EXPECT_TRUE(writer_->commit());
    return vfs_.operations() - before;
  }
  static std::int64_t count(Connection& connection) {
    auto row = connection.run("SELECT count(*) FROM t", {});
    return row && *row->next() ? row->number(0) : -1;
  }

  TemporaryFolder folder_;
  CrashVfs vfs_;
  std::unique_ptr<Connection> writer_;
};

TEST_F(GatheredLog, ATransactionIsOneWriteAndOneSync) {
  EXPECT_EQ(operations_of_transaction(), 2U);
  EXPECT_EQ(count(*open(1024)), kRows);
}

TEST_F(GatheredLog, WithoutTheSyncOfEachCommitNothingWaits) {
  ASSERT_TRUE(writer_->set_sync(Sync::kNormal));
  EXPECT_GT(operations_of_transaction(), 40U);
  EXPECT_EQ(count(*open(1024)), kRows);
  ASSERT_TRUE(writer_->set_sync(Sync::kFull));
  ASSERT_TRUE(writer_->execute("DELETE FROM t", {}));
  EXPECT_EQ(count(*open(1024)), 0);
}

// A small cache writes pages to the log long before the commit, and reads them back from there.
TEST_F(GatheredLog, PagesThatLeaveTheCacheAreReadBack) {
  constexpr std::int64_t kManyRows = 3000;
  const std::unique_ptr<Connection> small = open(20);
  ASSERT_TRUE(small->begin(sql::Access::kWrite));
  insert(*small, 1, kManyRows);
  ASSERT_TRUE(small->execute("UPDATE t SET body = body || id", {}));
  {
    auto row = small->run("SELECT count(*) FROM t WHERE body LIKE '%x' || id", {});
    ASSERT_TRUE(row && *row->next());
    EXPECT_EQ(row->number(0), kManyRows);
  }
  EXPECT_EQ(count(*writer_), 0);  // for others it has not happened
  ASSERT_TRUE(small->commit());
  EXPECT_EQ(count(*writer_), kManyRows);
  EXPECT_EQ(check_integrity(folder_), "");
}

TEST_F(GatheredLog, WhatWasUndoneLeavesRoomForWhatComesNext) {
  const std::unique_ptr<Connection> small = open(20);
  ASSERT_TRUE(small->begin(sql::Access::kWrite));
  insert(*small, 1, 500);
  ASSERT_TRUE(small->savepoint());
  insert(*small, 501, 500);
  ASSERT_TRUE(small->roll_back_to_savepoint());
  insert(*small, 501, 10);
  ASSERT_TRUE(small->commit());
  ASSERT_TRUE(small->begin(sql::Access::kWrite));
  insert(*small, 1000, 500);
  small->rollback();
  insert(*small, 2000, 1);
  EXPECT_EQ(count(*open(1024)), 511);
  EXPECT_EQ(check_integrity(folder_), "");
}

TEST_F(GatheredLog, AFullDiskFailsTheCommitAndLeavesNothingOfIt) {
  vfs_.fail_one_write();
  ASSERT_TRUE(writer_->begin(sql::Access::kWrite));
  insert(*writer_, 1, kRows);
  const Result<void> refused = writer_->commit();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(refused.error().what, testing::HasSubstr("the disk is full"));
  EXPECT_FALSE(writer_->sync_failed());  // the system has lost nothing that it took
  writer_->rollback();
  EXPECT_EQ(count(*writer_), 0);

  insert(*writer_, 7, 1);
  EXPECT_EQ(count(*open(1024)), 1);
  writer_.reset();
  vfs_.power_off(CrashVfs::Survivors::kSyncedOnly, 1);
  EXPECT_EQ(check_integrity(folder_), "");
  EXPECT_EQ(count(*open(1024)), 1);
}

TEST_F(GatheredLog, ADiskThatIsFullBeforeTheCommitFailsItToo) {
  const std::unique_ptr<Connection> small = open(20);
  ASSERT_TRUE(small->begin(sql::Access::kWrite));
  vfs_.fail_one_write();
  const std::string body(1000, 'x');
  bool refused = false;
  for (std::int64_t id = 1; id <= 1000 && !refused; ++id) {
    refused = !small->execute("INSERT INTO t (id, body) VALUES ($1, $2)", {Value(id), Value(body)});
  }
  EXPECT_TRUE(refused);
  small->rollback();
  insert(*small, 1, 1);
  EXPECT_EQ(count(*writer_), 1);
  EXPECT_EQ(check_integrity(folder_), "");
}

TEST(GatheredLogVfs, StandsOverTheOneThatIsAskedFor) {
  EXPECT_EQ(gathered_log_vfs(""), gathered_log_vfs("unix"));
  EXPECT_EQ(gathered_log_vfs("none of this name"), "none of this name");
}

}  // namespace
}  // namespace berth::store::sqlite
