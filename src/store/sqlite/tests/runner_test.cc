// What only the SQLite runner does: groups, bounds, other processes, checkpoints.
#include "store/sqlite/runner.h"

#include "base/log.h"
#include "store/sql/migrations.h"
#include "store/sqlite/tests/temporary_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>

namespace berth::store::sqlite {
namespace {

using sql::Lane;
using sql::Value;

class SqliteRunner : public testing::Test {
 protected:
  void SetUp() override {
    log::set_level(log::Level::kError);
    options_.path = folder_.file("test.db");
    auto connection = Connection::open(options_);
    ASSERT_TRUE(connection);
    ASSERT_TRUE((*connection)->script("CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)"));
  }
  void start() {
    auto runner = Runner::start(options_, limits_, clock_);
    ASSERT_TRUE(runner);
    runner_ = *std::move(runner);
  }
  // A unit that inserts `id`; its future tells how it ended.
  std::future<Result<bool>> insert(std::int64_t id, Lane lane = Lane::kWrite) {
    auto promise = std::make_shared<std::promise<Result<bool>>>();
    const std::string body(1000, 'x');
    sql::run_detached<bool>(
        *runner_, lane,
        [id, body](sql::Connection& c) {
          return c.execute("INSERT INTO t (id, body) VALUES ($1, $2)", {Value(id), Value(body)});
        },
        [promise](Result<bool> result) { promise->set_value(std::move(result)); });
    return promise->get_future();
  }
  std::int64_t count() {
    auto connection = Connection::open(options_);
    auto row = (*connection)->run("SELECT count(*) FROM t", {});
    return row && *row->next() ? row->number(0) : -1;
  }
  // Another process with the write lock, until it is reset.
  std::unique_ptr<Connection> hold() {
    auto connection = Connection::open(options_);
    EXPECT_TRUE((*connection)->begin(sql::Access::kWrite));
    return *std::move(connection);
  }

  TemporaryFolder folder_;
  base::SystemClock clock_;
  Options options_;
  Runner::Limits limits_;
  std::unique_ptr<Runner> runner_;
};

TEST_F(SqliteRunner, WhatWaitsSharesOneCommit) {
  start();
  std::unique_ptr<Connection> other = hold();
  std::vector<std::future<Result<bool>>> results;
  for (std::int64_t id = 1; id <= 50; ++id) results.push_back(insert(id));
  other.reset();
  for (auto& result : results) EXPECT_TRUE(result.get());
  const StoreStats stats = runner_->stats();
  EXPECT_EQ(stats.units_committed, 50U);
  EXPECT_LE(stats.commits, 2U);  // the one that was tried first, and all the others
  EXPECT_EQ(stats.queue_depth, 0U);
  EXPECT_EQ(count(), 50);
}

TEST_F(SqliteRunner, UnitThatFailsDoesNotSpoilItsGroup) {
  start();
  ASSERT_TRUE(insert(7).get());
  std::unique_ptr<Connection> other = hold();
  std::vector<std::future<Result<bool>>> results;
  for (std::int64_t id = 1; id <= 10; ++id) results.push_back(insert(id));
  other.reset();
  for (std::int64_t id = 1; id <= 10; ++id) {
    const Result<bool> result = results[static_cast<std::size_t>(id - 1)].get();
    EXPECT_EQ(result.has_value(), id != 7);
    if (!result) EXPECT_EQ(result.error().kind, ErrorKind::kConflict);
  }
  EXPECT_EQ(count(), 10);
  EXPECT_EQ(runner_->stats().units_failed, 1U);
}

TEST_F(SqliteRunner, LoneUnitThatFailsLeavesNothing) {
  start();
  auto promise = std::make_shared<std::promise<Result<bool>>>();
  sql::run_detached<bool>(
      *runner_, Lane::kWrite,
      [](sql::Connection& c) -> Result<bool> {
        const auto done = c.execute("INSERT INTO t (id) VALUES (1)", {});
        static_cast<void>(done);
        return Fail(ErrorKind::kConflict, "changed my mind");
      },
      [promise](Result<bool> result) { promise->set_value(std::move(result)); });
  EXPECT_FALSE(promise->get_future().get());
  EXPECT_TRUE(insert(2).get());
  EXPECT_EQ(count(), 1);
}

TEST_F(SqliteRunner, ExceptionOfAUnitIsItsOwnError) {
  start();
  auto promise = std::make_shared<std::promise<Result<bool>>>();
  sql::run_detached<bool>(
      *runner_, Lane::kWrite,
      [](sql::Connection&) -> Result<bool> { throw std::runtime_error("broken"); },
      [promise](Result<bool> result) { promise->set_value(std::move(result)); });
  EXPECT_EQ(promise->get_future().get().error().kind, ErrorKind::kInternal);
  EXPECT_TRUE(insert(1).get());
}

TEST_F(SqliteRunner, FullQueueRefusesAtOnceAndKeepsWhatItHas) {
  limits_.queue_units_max = 5;
  start();
  std::unique_ptr<Connection> other = hold();
  auto first = insert(1);
  while (runner_->stats().queue_depth > 0) std::this_thread::yield();  // it is being tried
  std::vector<std::future<Result<bool>>> waiting;
  for (std::int64_t id = 2; id <= 6; ++id) waiting.push_back(insert(id));
  const Result<bool> refused = insert(7).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(runner_->stats().units_rejected, 1U);
  other.reset();
  EXPECT_TRUE(first.get());
  for (auto& result : waiting) EXPECT_TRUE(result.get());
}

TEST_F(SqliteRunner, LazyUnitsBeyondTheirBoundAreDroppedAndCounted) {
  limits_.lazies_max = 3;
  start();
  std::unique_ptr<Connection> other = hold();
  auto first = insert(1);
  while (runner_->stats().queue_depth > 0) std::this_thread::yield();
  std::vector<std::future<Result<bool>>> lazies;
  for (std::int64_t id = 2; id <= 5; ++id) lazies.push_back(insert(id, Lane::kLazy));
  EXPECT_FALSE(lazies.back().get());
  EXPECT_EQ(runner_->stats().refusals_dropped, 1U);
  other.reset();
  EXPECT_TRUE(first.get());
  runner_->close();
  EXPECT_EQ(count(), 4);
}

TEST_F(SqliteRunner, DatabaseHeldByAnotherProcessIsUnavailableAndThenWorksAgain) {
  options_.busy_timeout = std::chrono::milliseconds(30);
  start();
  std::unique_ptr<Connection> other = hold();
  const Result<bool> refused = insert(1).get();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_FALSE(runner_->ready());
  other.reset();
  EXPECT_TRUE(insert(1).get());
  EXPECT_TRUE(runner_->ready());
}

TEST_F(SqliteRunner, LogStaysBoundedUnderWrites) {
  options_.checkpoint_frames = 20;
  options_.restart_frames = 60;
  start();
  std::vector<std::future<Result<bool>>> results;
  for (std::int64_t id = 1; id <= 2000; ++id) {
    results.push_back(insert(id));
    if (results.size() == 4) {
      for (auto& result : results) ASSERT_TRUE(result.get());
      results.clear();
    }
  }
  EXPECT_GT(runner_->stats().checkpoints, 0U);
  // 2000 rows write some 3000 frames; without restarts the log would have 12 MB.
  EXPECT_LT(std::filesystem::file_size(options_.path + "-wal"), 3'000'000U);
  runner_->close();
  EXPECT_EQ(count(), 2000);
}

TEST_F(SqliteRunner, ClosingFinishesWhatWaits) {
  start();
  std::unique_ptr<Connection> other = hold();
  std::vector<std::future<Result<bool>>> results;
  for (std::int64_t id = 1; id <= 20; ++id) results.push_back(insert(id));
  other.reset();
  runner_->close();
  for (auto& result : results) EXPECT_TRUE(result.get());
  EXPECT_FALSE(insert(99).get());
  EXPECT_EQ(count(), 20);
  EXPECT_FALSE(std::filesystem::exists(options_.path + "-wal"));
}

}  // namespace
}  // namespace berth::store::sqlite
