// Pages of a transaction go to the log together, and nothing that could go wrong on the way is
// hidden. What a power failure leaves of it: crash_test.cc and its neighbours, on the same files.
#include "store/sqlite/gathered_log.h"

#include "base/rng.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/tests/crash_fixture.h"
#include "store/sqlite/tests/crash_vfs.h"
#include "store/sqlite/tests/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
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
  // Undoes a transaction whose pages have begun to wait: else they would be written over what
  // somebody else has put in their place meanwhile.
  void expect_forgotten(const std::function<void(Connection&)>& undo) {
    const std::unique_ptr<Connection> small = open(20);
    ASSERT_TRUE(small->begin(sql::Access::kWrite));
    insert(*small, 1, 500);
    undo(*small);
    insert(*writer_, 1, 100);
    insert(*small, 200, 1);
    EXPECT_EQ(count(*open(1024)), 101);
    EXPECT_EQ(check_integrity(folder_), "");
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

TEST_F(GatheredLog, WhatWasUndoneIsNeverWritten) {
  expect_forgotten([](Connection& small) { small.rollback(); });
}

TEST_F(GatheredLog, WhatAnErrorHasUndoneIsNeverWritten) {
  expect_forgotten([](Connection& small) {
    ASSERT_FALSE(small.execute("INSERT OR ROLLBACK INTO t (id) VALUES (1)", {}));
    ASSERT_FALSE(small.in_transaction());
  });
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

// Two writers with small caches take turns, by chance: what is committed is there, what is undone
// or failed is not, and the file is sound.
class GatheredLogCourse : public GatheredLog, public testing::WithParamInterface<std::uint64_t> {
 protected:
  struct Rows {
    std::int64_t count = 0;
    std::int64_t sum = 0;
    bool operator==(const Rows&) const = default;
  };
  Rows stored() {
    const std::unique_ptr<Connection> reader = open(1024);
    auto row = reader->run("SELECT count(*), coalesce(sum(id), 0) FROM t", {});
    return row && *row->next() ? Rows{row->number(0), row->number(1)} : Rows{-1, -1};
  }
  bool insert_some(Connection& writer, Rows& rows) {
    const std::string body(1000, 'x');
    for (std::uint64_t left = rng_.below(150); left > 0; --left) {
      const std::int64_t id = next_id_++;
      if (!writer.execute("INSERT INTO t (id, body) VALUES ($1, $2)", {Value(id), Value(body)})) {
        return false;
      }
      rows = {rows.count + 1, rows.sum + id};
    }
    return true;
  }
  bool take_step(Connection& writer, Rows& rows) {
    switch (rng_.below(4)) {
      case 0: {  // and back
        Rows undone = rows;
        return writer.savepoint().has_value() && insert_some(writer, undone) &&
               writer.roll_back_to_savepoint().has_value();
      }
      case 1:
        return writer.execute("UPDATE t SET body = substr(body, 1, 900) || id WHERE id % 7 = 0", {})
            .has_value();
      default:
        return insert_some(writer, rows);
    }
  }
  // What is stored after a transaction of one of them.
  Rows run_transaction(Connection& writer, const Rows& before) {
    Rows rows = before;
    if (rng_.below(8) == 0) vfs_.fail_one_write();
    if (!writer.begin(sql::Access::kWrite)) return before;
    bool good = true;
    for (std::uint64_t steps = rng_.below(5); good && steps > 0; --steps) {
      good = take_step(writer, rows);
    }
    if (good && rng_.below(4) != 0 && writer.commit()) return rows;
    writer.rollback();
    return before;
  }

  base::SeededRng rng_{GetParam()};
  std::int64_t next_id_ = 1;
};

TEST_P(GatheredLogCourse, EndsAsItWouldWithoutGathering) {
  const std::unique_ptr<Connection> writers[] = {open(20), open(40)};
  Rows expected;
  for (int turn = 0; turn < 60; ++turn) {
    Connection& writer = *writers[rng_.below(2)];
    const bool relaxed = rng_.below(6) == 0;
    if (relaxed) ASSERT_TRUE(writer.set_sync(Sync::kNormal));
    expected = run_transaction(writer, expected);
    if (relaxed) ASSERT_TRUE(writer.set_sync(Sync::kFull));
    if (rng_.below(10) == 0) static_cast<void>(writer.checkpoint(rng_.below(2) == 0));
    ASSERT_EQ(stored(), expected) << "turn " << turn;
  }
  EXPECT_EQ(check_integrity(folder_), "");
}

INSTANTIATE_TEST_SUITE_P(Seeds, GatheredLogCourse, testing::Range<std::uint64_t>(1, 9));

TEST(GatheredLogVfs, StandsOverTheOneThatIsAskedFor) {
  EXPECT_EQ(gathered_log_vfs(""), gathered_log_vfs("unix"));
  EXPECT_EQ(gathered_log_vfs("none of this name"), "none of this name");
}

}  // namespace
}  // namespace berth::store::sqlite
