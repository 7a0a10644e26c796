// Opens the telemetry log: hub::TelemetryLog over RocksDB, in a directory of its own.
//
//   BERTH_TRY(std::unique_ptr<store::rocksdb::Log> log, store::rocksdb::open(options, clock));
//
// A log that is damaged is moved aside under a name with the time (never deleted), what can be read
// of it is copied into a new one, and an error is logged that says so; readers are told of the gap.
// A log that cannot be opened now (the disk is full, say) opens all the same: appends and reads
// fail with kUnavailable, and it is tried again about once a second. So a server always starts.
//
// Room store/rocksdb. Ownership: the Log owns its threads and the database; it must be closed (or
// destroyed) before the executors of coroutines that wait on it, and before its sinks.
// Thread rule: see hub/ports/telemetry_log.h; stats() and ready() never block on the disk.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "hub/ports/telemetry_log.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::store::rocksdb {

inline constexpr std::uint32_t kPartitionsMax = 32;
inline constexpr std::uint64_t kHubBytesMin = 16 * 1024 * 1024;

struct LogOptions {
  std::string directory;  // made when it is not there; one process at a time
  // Of a hub that is new to the log, 1..kPartitionsMax; a hub keeps what it began with.
  std::uint32_t partitions = 4;
  // For each hub; the oldest file (about 4 MB) goes when its files are more. At least kHubBytesMin.
  std::uint64_t bytes_max = 1024ull * 1024 * 1024;
  // Older events are not served any more, and soon leave the disk. 0: only bytes_max counts.
  std::chrono::seconds age_max = std::chrono::hours(24 * 7);
  std::uint32_t hubs_max = 1000;

  // Events that wait for the disk; beyond either they fail with kUnavailable.
  std::size_t queue_events_max = 65'536;
  std::size_t queue_bytes_max = 64 * 1024 * 1024;
  // Events that share one write and one sync.
  std::size_t group_events_max = 4096;
  // Together much less than a file of the log, so that files keep their size.
  std::size_t group_bytes_max = 1024 * 1024;
  // Reads that wait for one of the reading threads.
  std::size_t reads_waiting_max = 1024;

  // Hear of every event that became durable; they outlive the log.
  std::vector<hub::EventSink*> sinks;
};

struct HubStats {
  std::string hub;
  std::uint64_t events = 0;         // in the log, about
  std::uint64_t bytes = 0;          // on disk, as of the last chores
  std::optional<TimePoint> oldest;  // as of the last chores
  std::optional<TimePoint> newest;
};

// Counts since the start.
struct LogStats {
  std::uint64_t queue_events = 0;  // waiting now
  std::uint64_t queue_bytes = 0;
  std::uint64_t appends = 0;     // events on disk
  std::uint64_t bytes = 0;       // of their records
  std::uint64_t syncs = 0;       // writes they shared
  std::uint64_t rejected = 0;    // events that found no room
  std::uint64_t dropped = 0;     // of the failed ones, those nobody waited for
  std::uint64_t failed = 0;      // events that were not kept, for this or another reason
  std::uint64_t reads = 0;       // batches read
  std::uint64_t waiting = 0;     // readers that wait for news now
  std::uint64_t damaged = 0;     // stretches that could not be read, each time one was met
  std::uint64_t recoveries = 0;  // times a damaged log was moved aside
  std::vector<HubStats> hubs;
};

class Log : public hub::TelemetryLog {
 public:
  virtual LogStats stats() const = 0;
  // Whether the last append that was tried found its way to the disk; for /readyz.
  virtual bool ready() const = 0;
  // Drops files of events that are too old, and looks at sizes. The log does so itself once a
  // minute; may block.
  virtual void do_chores() = 0;
  // Readers that wait are answered at once with what there is, now and from here on; everything
  // else goes on. For a server that is to stop: its connections are not held up. Never blocks.
  virtual void end_waiting() = 0;
  // Refuses new work (kUnavailable), writes what waits, ends readers that wait, joins the threads.
  // Blocks; a second call does nothing. The destructor calls it.
  virtual void close() = 0;
};

// Errors: kInvalid (options), kConflict (another process has it), kUnavailable (the directory
// cannot be made or used). `clock` outlives the log.
Result<std::unique_ptr<Log>> open(LogOptions options, const Clock& clock);

}  // namespace berth::store::rocksdb
