// Opens the store that a URL names and hands out its ports. The rest of the program sees this
// header and the ports, never a driver.
//
// Room store. Ownership: the Store owns connections, threads and the port objects; it must be
// closed (or destroyed) before the executors of coroutines that wait on it.
// Thread rule: the ports may be called from any thread (with inline_runner: from one thread only);
// a Task completes on the executor of whoever awaits it. stats() and ready() never block.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "hub/ports/data_records.h"
#include "hub/ports/device_store.h"
#include "hub/ports/identities.h"
#include "management/ports/catalog.h"
#include "management/ports/codes.h"
#include "management/ports/fleet.h"
#include "provisioning/ports/registrations.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace berth::store {

struct StoreOptions {
  // "sqlite:PATH" ("sqlite::memory:" with inline_runner only) or "postgresql://…"/"postgres://…".
  std::string url;
  // Everything runs in the caller's thread, nothing is grouped: for tests and simulation.
  bool inline_runner = false;

  // Units of work that may wait; beyond it a call fails at once with kUnavailable.
  std::size_t queue_units_max = 4096;
  // Units that share one transaction and one fsync.
  std::size_t group_units_max = 128;
  // Batches of refused trails, and connection records, that may wait for the next commit; more are
  // dropped and counted.
  std::size_t refusals_waiting_max = 2048;
  // Trails that are kept; older ones are dropped, about a fiftieth of the count at a time.
  std::size_t refused_trails_max = 100'000;
  std::size_t assigned_trails_max = 200'000;

  // How long a write waits for another process that has the database (SQLite).
  std::chrono::milliseconds busy_timeout{5000};

  std::size_t postgres_connections = 8;  // at least 2
  std::chrono::milliseconds postgres_statement_timeout{10'000};
  std::chrono::milliseconds postgres_connect_timeout{5'000};
  // How long a unit waits for a connection before it fails with kUnavailable.
  std::chrono::milliseconds postgres_wait_max{5'000};
};

// Counts since the start; a histogram's last bucket is "more".
struct StoreStats {
  static constexpr std::array<std::uint64_t, 12> kCommitMicrosBounds{
      100, 250, 500, 1'000, 2'500, 5'000, 10'000, 25'000, 50'000, 100'000, 250'000, 1'000'000};
  static constexpr std::array<std::uint64_t, 8> kGroupSizeBounds{1, 2, 4, 8, 16, 32, 64, 128};

  std::uint64_t queue_depth = 0;        // units waiting now
  std::uint64_t reads = 0;              // units that only read
  std::uint64_t units_committed = 0;    // units whose writes are on disk
  std::uint64_t units_failed = 0;       // units that ended with an error of any kind
  std::uint64_t units_rejected = 0;     // queue full, or closed
  std::uint64_t commits = 0;            // transactions
  std::uint64_t commit_failures = 0;    // transactions that could not be committed
  std::uint64_t retries = 0;            // units run again after a lost race or connection
  std::uint64_t reconnects = 0;         // PostgreSQL connections made again
  std::uint64_t checkpoints = 0;        // SQLite
  std::uint64_t refusals_dropped = 0;   // what StoreOptions::refusals_waiting_max had no room for
  std::uint64_t commit_micros_sum = 0;  // from begin to durable
  std::array<std::uint64_t, kCommitMicrosBounds.size() + 1> commit_micros{};
  std::array<std::uint64_t, kGroupSizeBounds.size() + 1> group_sizes{};
};

class Store {
 public:
  virtual ~Store() = default;
  virtual provisioning::RegistrationStore& registrations() = 0;
  virtual management::Catalog& catalog() = 0;
  virtual hub::DeviceStore& devices() = 0;
  virtual hub::DataRecords& data_records() = 0;
  virtual hub::Identities& identities() = 0;
  virtual management::CodeStore& codes() = 0;
  virtual management::Fleet& fleet() = 0;
  // "sqlite" or "postgresql".
  virtual std::string_view kind() const = 0;
  virtual StoreStats stats() const = 0;
  // Whether units can be served now; for /readyz.
  virtual bool ready() const = 0;
  // Refuses new units (kUnavailable), finishes the waiting ones, flushes refusals, joins the
  // threads. Blocks; a second call does nothing. The destructor calls it.
  virtual void close() = 0;
};

// Connects, and brings the schema up to date under a lock. `clock` must outlive the store.
// Errors: kInvalid (the URL), kUnavailable (cannot be opened or reached), kConflict (the database
// belongs to a newer Berth, or is not one of ours). No error or log line shows a URL's password.
Result<std::unique_ptr<Store>> open(StoreOptions options, const Clock& clock);

// The URL with any password left out, for logs.
std::string describe(std::string_view url);

}  // namespace berth::store
