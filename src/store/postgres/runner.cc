#include "store/postgres/runner.h"

#include "base/log.h"

#include <algorithm>

namespace berth::store::postgres {
namespace {

constexpr int kAttemptsMax = 5;
constexpr std::chrono::milliseconds kPauseFirst{50};
constexpr std::chrono::milliseconds kPauseMax{2000};

Error unknown_outcome() {
  return {ErrorKind::kUnavailable,
          "store: the connection was lost while the change was being committed; "
          "it may or may not have happened",
          "read what is there and repeat the change if it is missing"};
}

Error too_many_attempts() {
  return {ErrorKind::kUnavailable, "store: the change kept colliding with others", "try again"};
}

}  // namespace

Runner::Runner(const Settings& settings, const Limits& limits, const Clock& clock)
    : settings_(settings),
      limits_(limits),
      clock_(clock),
      reads_({limits.queue_units_max, 0, limits.connections - limits.connections / 2}, clock,
             counters_),
      writes_({limits.queue_units_max, limits.lazies_max, limits.connections / 2}, clock,
              counters_) {
  const std::size_t writers = limits.connections / 2;
  for (std::size_t i = 0; i < limits.connections; ++i) {
    if (i < writers) {
      writers_.emplace_back(&Runner::write_loop, this);
    } else {
      readers_.emplace_back(&Runner::read_loop, this);
    }
  }
}

Runner::~Runner() { Runner::close(); }

bool Runner::ready() const {
  return !closed_.load(std::memory_order_relaxed) && reachable_.load(std::memory_order_relaxed);
}

void Runner::close() {
  if (closed_.exchange(true)) return;
  writes_.close();
  for (std::thread& thread : writers_) thread.join();
  reads_.close();
  for (std::thread& thread : readers_) thread.join();
}

void Runner::execute(sql::Lane, sql::Unit& unit) {
  unit.finish(Fail(ErrorKind::kInternal, "PostgreSQL units never run in the caller's thread"));
}

void Runner::submit(sql::Lane lane, std::unique_ptr<sql::Unit> unit) {
  const bool reads = lane == sql::Lane::kRead || lane == sql::Lane::kScan;
  (reads ? reads_ : writes_).push(lane, std::move(unit));
}

// ---- connections

Instant Runner::deadline(std::span<const sql::Queued> units) const {
  if (closed_.load(std::memory_order_relaxed)) return clock_.monotonic();
  Instant oldest = clock_.monotonic();
  for (const sql::Queued& queued : units) oldest = std::min(oldest, queued.since);
  return oldest + limits_.wait_max;
}

// Units that wait for a thread are ended here, too, when they have waited long enough.
Result<void> Runner::connect(Link& link, sql::UnitQueue& queue, Instant deadline) {
  while (!link.connection) {
    Result<std::unique_ptr<Connection>> opened = Connection::open(settings_);
    const bool was_reachable = reachable_.exchange(opened.has_value(), std::memory_order_relaxed);
    if (opened) {
      link.connection = *std::move(opened);
      if (link.was_up) sql::Counters::add(counters_.reconnects);
      if (!was_reachable) log::info("store.connected");
      link.was_up = true;
      link.pause = std::chrono::milliseconds(0);
      return {};
    }
    if (was_reachable || link.pause == std::chrono::milliseconds(0)) {
      log::warn("store.not_connected",
                {{"error", opened.error().what}, {"mend", opened.error().mend}});
    }
    queue.expire(limits_.wait_max, opened.error());
    if (clock_.monotonic() >= deadline) return Fail(std::move(opened).error());
    link.pause = std::clamp(link.pause * 2, kPauseFirst, kPauseMax);
    if (queue.wait_closed(link.pause)) return Fail(std::move(opened).error());
  }
  return {};
}

// ---- reads

void Runner::read_loop() {
  Link link;
  while (true) {
    const Result<void> connected = connect(link, reads_, Instant::max());
    sql::UnitQueue::Group group = reads_.pop(limits_.group_units_max);
    if (group.last) return;
    if (!connected) {  // closing, and nobody to ask
      sql::finish_all(group.units, connected);
      continue;
    }
    for (const sql::Queued& queued : group.units) {
      sql::Counters::add(counters_.reads);
      Result<void> outcome = read_one(link, queued);
      if (!outcome) sql::Counters::add(counters_.units_failed);
      queued.unit->finish(std::move(outcome));
    }
  }
}

Result<void> Runner::read_one(Link& link, const sql::Queued& queued) {
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Result<void> connected = connect(link, reads_, deadline({&queued, 1}));
    if (!connected) return connected;
    Connection& connection = *link.connection;
    connection.forget_failure();
    const bool scans = queued.lane == sql::Lane::kScan;
    Result<void> outcome = scans ? connection.begin(sql::Access::kRead) : Result<void>();
    if (outcome) outcome = queued.unit->run(connection);
    connection.rollback();
    const Failure failure = connection.failure();
    if (connection.lost()) link.connection.reset();
    if (failure == Failure::kNone || failure == Failure::kStatement) return outcome;
    sql::Counters::add(counters_.retries);
  }
  return Fail(too_many_attempts());
}

// ---- writes

void Runner::write_loop() {
  Link link;
  while (true) {
    const Result<void> connected = connect(link, writes_, Instant::max());
    sql::UnitQueue::Group group = writes_.pop(limits_.group_units_max);
    if (group.last) return;
    if (connected) {
      write_group(link, group);
    } else {  // closing, and nobody to ask
      sql::finish_all(group.units, connected);
      sql::finish_all(group.lazies, connected);
    }
  }
}

void Runner::write_group(Link& link, sql::UnitQueue::Group& group) {
  // Lazy units ride along only where their failure would not cost a lone unit a second try.
  const bool ride = group.units.size() > 1 && !group.lazies.empty();
  if (ride) {
    std::move(group.lazies.begin(), group.lazies.end(), std::back_inserter(group.units));
    group.lazies.clear();
  }
  if (!group.units.empty()) write_together(link, group.units);
  if (!group.lazies.empty()) write_lazily(link, group.lazies);
}

void Runner::write_together(Link& link, sql::Units& units) {
  if (units.size() > 1) {
    const Result<void> connected = connect(link, writes_, deadline(units));
    if (!connected) {
      sql::Counters::add(counters_.units_failed, units.size());
      return sql::finish_all(units, connected);
    }
    Result<void> error;
    switch (attempt(link, units, error)) {
      case End::kCommitted:
        return sql::finish_all(units, {});
      case End::kUnknown:
        sql::Counters::add(counters_.units_failed, units.size());
        return sql::finish_all(units, Fail(unknown_outcome()));
      case End::kSpoiled:
      case End::kAgain:
        sql::Counters::add(counters_.retries, units.size());
        break;
    }
  }
  for (sql::Queued& queued : units) {
    Result<void> outcome = write_alone(link, queued);
    if (!outcome) sql::Counters::add(counters_.units_failed);
    queued.unit->finish(std::move(outcome));
  }
}

Result<void> Runner::write_alone(Link& link, sql::Queued& queued) {
  for (int tries = 0; tries < kAttemptsMax; ++tries) {
    Result<void> connected = connect(link, writes_, deadline({&queued, 1}));
    if (!connected) return connected;
    Result<void> error;
    switch (attempt(link, {&queued, 1}, error)) {
      case End::kCommitted:
        return {};
      case End::kSpoiled:
        return error;
      case End::kUnknown:
        return Fail(unknown_outcome());
      case End::kAgain:
        sql::Counters::add(counters_.retries);
        break;
    }
  }
  return Fail(too_many_attempts());
}

// Nobody waits for these: one attempt together, and what fails is lost.
void Runner::write_lazily(Link& link, sql::Units& units) {
  Result<void> done = connect(link, writes_, deadline(units));
  if (done) {
    const End end = attempt(link, units, done);
    if (done && end != End::kCommitted) done = Fail(unknown_outcome());
  }
  if (!done) {
    log::warn("store.lazy_writes_lost",
              {{"error", done.error().what}, {"mend", done.error().mend}});
  }
  sql::finish_all(units, done);
}

// One transaction for all of them. `error` says why it was spoiled.
Runner::End Runner::attempt(Link& link, std::span<sql::Queued> units, Result<void>& error) {
  Connection& connection = *link.connection;
  const Instant begun = clock_.monotonic();
  connection.forget_failure();
  error = connection.begin(sql::Access::kWrite);
  const bool lazy = units.front().lane == sql::Lane::kLazy;
  if (error && lazy) error = connection.relax_durability();
  for (sql::Queued& queued : units) {
    if (error) error = queued.unit->run(connection);
  }
  const bool ran = error.has_value();
  if (ran) error = connection.commit();
  const bool committed = error.has_value();
  if (!committed) connection.rollback();
  const Failure failure = connection.failure();
  if (connection.lost()) link.connection.reset();
  if (committed) {
    counters_.committed(units.size(), clock_.monotonic() - begun);
    return End::kCommitted;
  }
  if (ran) sql::Counters::add(counters_.commit_failures);
  if (failure == Failure::kLost) return ran ? End::kUnknown : End::kAgain;
  return failure == Failure::kRace ? End::kAgain : End::kSpoiled;
}

}  // namespace berth::store::postgres
