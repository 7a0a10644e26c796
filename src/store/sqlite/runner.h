// Runs units on SQLite. Point reads run in the caller's thread, on a connection that no other
// thread uses meanwhile (a WAL snapshot never waits for the writer); scans on a thread of their
// own; writes on one writer thread, which puts everything that waits into one transaction and pays
// one fsync for all; where a unit fails that has written, all is undone and done again with a
// savepoint each. Checkpoints have a thread, too: only when the log has grown large does the writer
// stop for a moment to begin it anew.
//
// Room store/sqlite. Lazy units alone commit without fsync (synchronous=NORMAL): they can be lost
// in a power failure, until the next durable commit, whose fsync covers the whole log. After an
// fsync that failed nothing is written any more until the server is started again
// (Connection::sync_failed).
// Thread rule: see sql/runner.h.
#pragma once

#include "store/sql/unit_queue.h"
#include "store/sqlite/connection.h"

#include <atomic>
#include <thread>

namespace berth::store::sqlite {

class Runner final : public sql::Runner {
 public:
  struct Limits {
    std::size_t queue_units_max = 4096;
    std::size_t group_units_max = 128;
    std::size_t lazies_max = 2048;
  };

  // Opens the connections and starts the threads. The schema is up to date already.
  static Result<std::unique_ptr<Runner>> start(const Options& options, const Limits& limits,
                                               const Clock& clock);
  ~Runner() override;

  bool is_inline(sql::Lane lane) const override { return lane == sql::Lane::kRead; }
  void execute(sql::Lane lane, sql::Unit& unit) override;
  void submit(sql::Lane lane, std::unique_ptr<sql::Unit> unit) override;
  StoreStats stats() const override { return counters_.snapshot(); }
  bool ready() const override;
  void close() override;

 private:
  Runner(const Options& options, const Limits& limits, const Clock& clock);

  // Readers that rest between two point reads; as many as threads have read at the same time.
  Result<std::unique_ptr<Connection>> borrow_reader();
  void give_back(std::unique_ptr<Connection> reader);

  void write_loop();
  void write_group(sql::UnitQueue::Group& group);
  void note_end(const Result<void>& done);
  void write_durably(sql::UnitQueue::Group& group);
  void write_lazily(sql::Units& units);
  Result<void> run_units(sql::Units& units, std::vector<Result<void>>& outcomes);
  bool run_together(sql::Units& units, std::vector<Result<void>>& outcomes);
  Result<void> run_separately(sql::Units& units, std::vector<Result<void>>& outcomes);
  Result<void> run_one(sql::Unit& unit, bool only, Result<void>& outcome);
  void after_commit();

  void scan_loop();
  void checkpoint_loop();

  const Options options_;
  const Limits limits_;
  const Clock& clock_;
  sql::Counters counters_;
  sql::UnitQueue writes_;
  sql::UnitQueue scans_;

  std::unique_ptr<Connection> writer_;
  std::unique_ptr<Connection> scanner_;
  std::unique_ptr<Connection> checkpointer_;
  std::mutex readers_mutex_;
  std::vector<std::unique_ptr<Connection>> readers_;
  std::atomic<bool> closed_{false};
  std::atomic<bool> sync_failed_{false};
  std::atomic<Instant> failed_at_{Instant::min()};  // of the last commit, if it failed

  std::mutex checkpoint_mutex_;
  std::condition_variable checkpoint_wake_;
  int frames_ = 0;      // in the log, as the writer saw it last
  int backfilled_ = 0;  // of these, copied to the database file
  bool checkpoint_stop_ = false;

  std::thread write_thread_;
  std::thread scan_thread_;
  std::thread checkpoint_thread_;
};

}  // namespace berth::store::sqlite
