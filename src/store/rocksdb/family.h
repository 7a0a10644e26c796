// One hub's part of the log, and what a reader sees of it.
//
// Room store/rocksdb. Thread rule: `marks` belongs to the writer; the atomics are read by anybody.
#pragma once

#include "store/rocksdb/engine_options.h"
#include "store/rocksdb/marks.h"

#include <atomic>
#include <limits>
#include <string>

namespace berth::store::rocksdb {

inline constexpr std::int64_t kNoTime = std::numeric_limits<std::int64_t>::min();

struct Family {
  std::string hub;
  rdb::ColumnFamilyHandle* handle = nullptr;
  Marks marks;                            // as committed
  std::uint64_t generation = 0;           // marks.generation, which never changes
  std::atomic<std::uint64_t> ordinal{0};  // marks.ordinal
  std::atomic<std::uint64_t> oldest{0};   // ordinal of the oldest event, as of the last chores
  std::atomic<std::int64_t> oldest_at{kNoTime};  // microseconds since 1970
  std::atomic<std::int64_t> newest_at{kNoTime};
  std::atomic<std::uint64_t> bytes{0};
};

}  // namespace berth::store::rocksdb
