// Runs units on PostgreSQL: a fixed pool of connections, each on a thread of its own; half of them
// read, the other half write. Under load a writer puts its share of the waiting units into one
// transaction; if one of them fails, the transaction is undone and each runs in its own.
//
// Room store/postgres. A unit is run again after a serialization failure, a deadlock, or the loss
// of the connection before COMMIT was sent. When the connection is lost during COMMIT nobody knows
// whether it happened: the units end with kUnavailable, and whoever asks again finds what is there.
// While no server can be reached, connections are tried again with growing pauses, and a unit that
// has waited `wait_max` ends with kUnavailable.
// Thread rule: see sql/runner.h; nothing runs in the caller's thread.
#pragma once

#include "store/postgres/connection.h"
#include "store/sql/unit_queue.h"

#include <atomic>
#include <thread>

namespace berth::store::postgres {

class Runner final : public sql::Runner {
 public:
  struct Limits {
    std::size_t queue_units_max = 4096;
    std::size_t group_units_max = 128;
    std::size_t lazies_max = 2048;
    std::size_t connections = 8;  // at least 2
    std::chrono::milliseconds wait_max{5000};
  };

  // Starts the threads; they connect by themselves. The schema is up to date already.
  Runner(const Settings& settings, const Limits& limits, const Clock& clock);
  ~Runner() override;

  bool is_inline(sql::Lane) const override { return false; }
  void execute(sql::Lane lane, sql::Unit& unit) override;
  void submit(sql::Lane lane, std::unique_ptr<sql::Unit> unit) override;
  StoreStats stats() const override { return counters_.snapshot(); }
  // Whether the server could be reached when that was last tried.
  bool ready() const override;
  void close() override;

 private:
  // A thread's connection, and how long it waits before it tries to make it again.
  struct Link {
    std::unique_ptr<Connection> connection;
    std::chrono::milliseconds pause{0};
    bool was_up = false;
  };
  enum class End {
    kCommitted,
    kSpoiled,  // a unit failed; nothing is written
    kAgain,    // nothing is written, and another attempt may succeed
    kUnknown,  // lost during COMMIT
  };

  void read_loop();
  void write_loop();

  // Tries until the connection stands, the deadline has passed, or the queue is closed.
  Result<void> connect(Link& link, sql::UnitQueue& queue, Instant deadline);
  Instant deadline(std::span<const sql::Queued> units) const;

  Result<void> read_one(Link& link, const sql::Queued& queued);
  void write_group(Link& link, sql::UnitQueue::Group& group);
  void write_together(Link& link, sql::Units& units);
  Result<void> write_alone(Link& link, sql::Queued& queued);
  void write_lazily(Link& link, sql::Units& units);
  End attempt(Link& link, std::span<sql::Queued> units, Result<void>& error);

  const Settings settings_;
  const Limits limits_;
  const Clock& clock_;
  sql::Counters counters_;
  sql::UnitQueue reads_;
  sql::UnitQueue writes_;
  std::atomic<bool> reachable_{false};
  std::atomic<bool> closed_{false};
  std::vector<std::thread> readers_;
  std::vector<std::thread> writers_;
};

}  // namespace berth::store::postgres
