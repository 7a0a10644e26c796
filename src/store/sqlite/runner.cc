#include "store/sqlite/runner.h"

#include "base/log.h"

#include <algorithm>

namespace berth::store::sqlite {
namespace {

// A reader meets a lock only while another process recovers the log.
constexpr std::chrono::milliseconds kReaderBusyTimeout{250};
// How long the writer waits for readers of the old log before it carries on in it.
constexpr std::chrono::milliseconds kRestartBusyTimeout{20};
constexpr std::chrono::seconds kFailureMemory{5};
constexpr int kWriterCacheKibibytes = 64 * 1024;
// Up to 10 ms under load.
constexpr std::size_t kGatherSlicesMax = 5;

Error closed_error() { return {ErrorKind::kUnavailable, "the store is closed", "try again later"}; }

Error sync_error() {
  return {ErrorKind::kUnavailable, "store: the disk failed to keep what was written to it",
          "check the disk and start the server again"};
}

Options reader_options(Options options) {
  options.read_only = true;
  options.busy_timeout = kReaderBusyTimeout;
  return options;
}

Options writer_options(Options options) {
  options.cache_kibibytes = kWriterCacheKibibytes;
  return options;
}

void log_failure(std::string_view event, const Error& error) {
  log::error(event, {{"error", error.what}, {"mend", error.mend}});
}

}  // namespace

Runner::Runner(const Options& options, const Limits& limits, const Clock& clock)
    : options_(options),
      limits_(limits),
      clock_(clock),
      writes_({limits.queue_units_max, limits.lazies_max, 1, kGatherSlicesMax}, clock, counters_),
      scans_({limits.queue_units_max, 0}, clock, counters_) {}

Result<std::unique_ptr<Runner>> Runner::start(const Options& options, const Limits& limits,
                                              const Clock& clock) {
  std::unique_ptr<Runner> runner(new Runner(options, limits, clock));
  BERTH_TRY(runner->writer_, Connection::open(writer_options(options)));
  BERTH_TRY(runner->scanner_, Connection::open(reader_options(options)));
  BERTH_TRY(runner->checkpointer_, Connection::open(options));
  runner->write_thread_ = std::thread(&Runner::write_loop, runner.get());
  runner->scan_thread_ = std::thread(&Runner::scan_loop, runner.get());
  runner->checkpoint_thread_ = std::thread(&Runner::checkpoint_loop, runner.get());
  return runner;
}

Runner::~Runner() { Runner::close(); }

// A failure is forgotten after a while, because only more work can show that it is over.
bool Runner::ready() const {
  const Instant failed_at = failed_at_.load(std::memory_order_relaxed);
  const bool failed_lately =
      failed_at != Instant::min() && clock_.monotonic() - failed_at < kFailureMemory;
  return !closed_.load(std::memory_order_relaxed) &&
         !sync_failed_.load(std::memory_order_relaxed) && !failed_lately;
}

void Runner::close() {
  if (closed_.exchange(true)) return;
  writes_.close();
  if (write_thread_.joinable()) write_thread_.join();  // may still hand units to the scanner
  scans_.close();
  if (scan_thread_.joinable()) scan_thread_.join();
  {
    const std::lock_guard lock(checkpoint_mutex_);
    checkpoint_stop_ = true;
    checkpoint_wake_.notify_all();
  }
  if (checkpoint_thread_.joinable()) checkpoint_thread_.join();
  {
    const std::lock_guard lock(readers_mutex_);
    readers_.clear();
  }
  scanner_.reset();
  checkpointer_.reset();
  writer_.reset();  // the last one: SQLite copies the log into the database and removes it
}

// ---- reads

Result<std::unique_ptr<Connection>> Runner::borrow_reader() {
  {
    const std::lock_guard lock(readers_mutex_);
    if (closed_.load(std::memory_order_relaxed)) return Fail(closed_error());
    if (!readers_.empty()) {
      std::unique_ptr<Connection> reader = std::move(readers_.back());
      readers_.pop_back();
      return reader;
    }
  }
  return Connection::open(reader_options(options_));
}

void Runner::give_back(std::unique_ptr<Connection> reader) {
  const std::lock_guard lock(readers_mutex_);
  if (!closed_.load(std::memory_order_relaxed)) readers_.push_back(std::move(reader));
}

void Runner::execute(sql::Lane, sql::Unit& unit) {
  sql::Counters::add(counters_.reads);
  Result<std::unique_ptr<Connection>> reader = borrow_reader();
  Result<void> outcome = reader ? unit.run(**reader) : Fail(reader.error());
  if (reader) give_back(*std::move(reader));
  if (!outcome) sql::Counters::add(counters_.units_failed);
  unit.finish(std::move(outcome));
}

void Runner::submit(sql::Lane lane, std::unique_ptr<sql::Unit> unit) {
  sql::UnitQueue& queue = lane == sql::Lane::kScan ? scans_ : writes_;
  queue.push(lane, std::move(unit));
}

void Runner::scan_loop() {
  while (true) {
    sql::UnitQueue::Group group = scans_.pop(1);
    if (group.last) return;
    for (const sql::Queued& queued : group.units) {
      sql::Counters::add(counters_.reads);
      Result<void> outcome = scanner_->begin(sql::Access::kRead);
      if (outcome) outcome = queued.unit->run(*scanner_);
      scanner_->rollback();
      if (!outcome) sql::Counters::add(counters_.units_failed);
      queued.unit->finish(std::move(outcome));
    }
  }
}

// ---- writes

void Runner::write_loop() {
  while (true) {
    sql::UnitQueue::Group group = writes_.pop(limits_.group_units_max);
    if (group.last) return;
    write_group(group);
    after_commit();
  }
}

void Runner::write_group(sql::UnitQueue::Group& group) {
  if (writer_->sync_failed()) {
    sql::Counters::add(counters_.units_failed, group.units.size());
    sql::finish_all(group.units, Fail(sync_error()));
    return sql::finish_all(group.lazies, Fail(sync_error()));
  }
  if (group.units.empty()) return write_lazily(group.lazies);
  write_durably(group);
}

void Runner::note_end(const Result<void>& done) {
  failed_at_.store(done ? Instant::min() : clock_.monotonic(), std::memory_order_relaxed);
  if (!writer_->sync_failed() || sync_failed_.exchange(true)) return;
  log_failure("store.sync_failed", sync_error());
}

void Runner::write_durably(sql::UnitQueue::Group& group) {
  const Instant begun = clock_.monotonic();
  const std::size_t waiting = group.units.size();
  std::move(group.lazies.begin(), group.lazies.end(), std::back_inserter(group.units));
  group.lazies.clear();

  std::vector<Result<void>> outcomes(group.units.size());
  Result<void> done = writer_->begin(sql::Access::kWrite);
  if (done) done = run_units(group.units, outcomes);
  if (done) done = writer_->commit();
  if (!done) {
    writer_->rollback();
    sql::Counters::add(counters_.commit_failures);
    log_failure("store.commit_failed", done.error());
  }
  note_end(done);

  std::size_t committed = 0;
  for (std::size_t i = 0; i < group.units.size(); ++i) {
    if (done && outcomes[i] && i < waiting) ++committed;
    if (!done) outcomes[i] = done;
  }
  sql::Counters::add(counters_.units_failed, waiting - committed);
  if (done) counters_.committed(committed, clock_.monotonic() - begun);
  for (std::size_t i = 0; i < group.units.size(); ++i) {
    group.units[i].unit->finish(std::move(outcomes[i]));
  }
}

// An error of the transaction as a whole; a unit's own goes to its outcome.
Result<void> Runner::run_units(sql::Units& units, std::vector<Result<void>>& outcomes) {
  if (units.size() > 1) {
    if (run_together(units, outcomes)) return {};
    writer_->rollback();
    Result<void> begun = writer_->begin(sql::Access::kWrite);
    if (!begun) return begun;
  }
  return run_separately(units, outcomes);
}

// For a savepoint SQLite keeps a copy of every page that is touched, and units rarely fail. False:
// what a unit wrote before it failed must be undone.
bool Runner::run_together(sql::Units& units, std::vector<Result<void>>& outcomes) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    const std::int64_t before = writer_->rows_changed();
    outcomes[i] = units[i].unit->run(*writer_);
    const bool undone = !writer_->in_transaction();
    if (undone || (!outcomes[i] && writer_->rows_changed() != before)) return false;
  }
  return true;
}

Result<void> Runner::run_separately(sql::Units& units, std::vector<Result<void>>& outcomes) {
  for (std::size_t i = 0; i < units.size(); ++i) {
    Result<void> kept = run_one(*units[i].unit, units.size() == 1, outcomes[i]);
    if (!kept) return kept;
  }
  return {};
}

Result<void> Runner::run_one(sql::Unit& unit, bool only, Result<void>& outcome) {
  if (!only) {
    Result<void> marked = writer_->savepoint();
    if (!marked) return marked;
  }
  outcome = unit.run(*writer_);
  if (!writer_->in_transaction()) {  // given up by SQLite itself
    return outcome ? Result<void>(Fail(ErrorKind::kUnavailable, "store: the transaction was lost"))
                   : outcome;
  }
  if (outcome) return only ? Result<void>() : writer_->release();
  if (!only) return writer_->roll_back_to_savepoint();
  writer_->rollback();
  return writer_->begin(sql::Access::kWrite);  // an empty transaction costs no fsync
}

void Runner::write_lazily(sql::Units& units) {
  std::vector<Result<void>> outcomes(units.size());
  Result<void> done =
      writer_->set_sync(options_.sync == Sync::kFull ? Sync::kNormal : options_.sync);
  if (done) done = writer_->begin(sql::Access::kWrite);
  if (done) done = run_units(units, outcomes);
  if (done) done = writer_->commit();
  if (!done) {
    writer_->rollback();
    log_failure("store.lazy_writes_lost", done.error());
  }
  // Units that wait for the disk must never meet the relaxed setting.
  Result<void> restored = writer_->set_sync(options_.sync);
  note_end(done ? restored : done);
  if (!restored) log_failure("store.sync_not_restored", restored.error());
  for (std::size_t i = 0; i < units.size(); ++i) {
    units[i].unit->finish(done ? std::move(outcomes[i]) : done);
  }
}

// ---- checkpoints

void Runner::after_commit() {
  const int frames = writer_->wal_frames();
  bool restart = false;
  {
    const std::lock_guard lock(checkpoint_mutex_);
    if (frames < frames_) backfilled_ = 0;  // SQLite has begun the log anew
    frames_ = frames;
    const int open = frames - backfilled_;
    restart = frames >= options_.restart_frames && open < 2 * options_.checkpoint_frames;
    if (open >= options_.checkpoint_frames) checkpoint_wake_.notify_one();
  }
  if (!restart) return;
  // Almost everything is copied already, so this is short; if a reader still needs the log, the
  // next commit tries again.
  writer_->set_busy_timeout(kRestartBusyTimeout);
  const Result<Connection::Wal> done = writer_->checkpoint(true);
  writer_->set_busy_timeout(options_.busy_timeout);
  if (done) sql::Counters::add(counters_.checkpoints);
}

void Runner::checkpoint_loop() {
  std::unique_lock lock(checkpoint_mutex_);
  while (true) {
    checkpoint_wake_.wait(lock, [this] {
      return checkpoint_stop_ || frames_ - backfilled_ >= options_.checkpoint_frames;
    });
    if (checkpoint_stop_) return;
    lock.unlock();
    const Result<Connection::Wal> done = checkpointer_->checkpoint(false);
    if (done) sql::Counters::add(counters_.checkpoints);
    lock.lock();
    // After a failure the next try comes when the log has grown by as much again.
    backfilled_ = done ? std::min(done->backfilled, frames_) : frames_;
  }
}

}  // namespace berth::store::sqlite
