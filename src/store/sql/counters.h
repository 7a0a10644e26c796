// The store's counters, as drivers keep them; StoreStats (store/store.h) is a copy of them.
//
// Room store/sql. Thread rule: any thread; relaxed atomics, so a copy may be between two updates.
#pragma once

#include "store/store.h"

#include <atomic>
#include <chrono>

namespace berth::store::sql {

class Counters {
 public:
  using Count = std::atomic<std::uint64_t>;

  Count queue_depth{0};
  Count reads{0};
  Count units_committed{0};
  Count units_failed{0};
  Count units_rejected{0};
  Count commits{0};
  Count commit_failures{0};
  Count retries{0};
  Count reconnects{0};
  Count checkpoints{0};
  Count refusals_dropped{0};

  static void add(Count& count, std::uint64_t by = 1) {
    count.fetch_add(by, std::memory_order_relaxed);
  }
  static void set(Count& count, std::uint64_t to) { count.store(to, std::memory_order_relaxed); }

  // One transaction of `units` units, from begin to durable.
  void committed(std::size_t units, std::chrono::nanoseconds took);
  StoreStats snapshot() const;

 private:
  Count commit_micros_sum_{0};
  std::array<Count, StoreStats::kCommitMicrosBounds.size() + 1> commit_micros_{};
  std::array<Count, StoreStats::kGroupSizeBounds.size() + 1> group_sizes_{};
};

}  // namespace berth::store::sql
