// Reads a stretch of one hub's log, over damage and retention.
//
// Room store/rocksdb. Work is bounded: a scan that looks at kScanEventsMax events or kScanBytesMax
// bytes, or gathers kBatchBytesMax, ends there, with a cursor that has moved on. A stretch that
// cannot be read is stepped over by looking for the next ordinal that can.
// Thread rule: any thread; the family's database stays open meanwhile.
#pragma once

#include "hub/ports/telemetry_log.h"
#include "store/rocksdb/cursor.h"
#include "store/rocksdb/family.h"

#include <memory>
#include <optional>

namespace berth::store::rocksdb {

inline constexpr std::size_t kScanEventsMax = 20'000;
inline constexpr std::size_t kScanBytesMax = 16 * 1024 * 1024;
inline constexpr std::size_t kBatchBytesMax = 4 * 1024 * 1024;

enum class From { kOldest, kNow, kCursor };

struct ScanQuery {
  domain::HubName hub;
  From from = From::kOldest;
  Cursor cursor;  // with kCursor
  std::optional<domain::DeviceId> device;
  std::size_t count_max = 100;
  TimePoint not_before;  // older events are passed over as if retention had them
};

struct Scanned {
  std::vector<hub::LoggedEvent> events;
  Cursor cursor;
  bool gap = false;
  bool more = false;          // it ended for its bounds, not for the end of the log
  std::uint64_t damaged = 0;  // stretches that could not be read
};

// kUnavailable when nothing of the family can be read any more: it must be recovered.
Result<Scanned> scan(rdb::DB& database, const Family& family, const ScanQuery& query);
// What is read of a hub that has no log yet.
Scanned scan_nothing(const ScanQuery& query);

// The oldest event's ordinal and head, when there is one that can be read.
struct Oldest {
  std::uint64_t ordinal = 0;
  TimePoint enqueued_at;
};
std::optional<Oldest> find_oldest(rdb::DB& database, const Family& family);

}  // namespace berth::store::rocksdb
