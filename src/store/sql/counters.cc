#include "store/sql/counters.h"

#include <algorithm>

namespace berth::store::sql {
namespace {

template <std::size_t N>
std::size_t bucket_of(const std::array<std::uint64_t, N>& bounds, std::uint64_t value) {
  return static_cast<std::size_t>(std::lower_bound(bounds.begin(), bounds.end(), value) -
                                  bounds.begin());
}

std::uint64_t read(const Counters::Count& count) { return count.load(std::memory_order_relaxed); }

}  // namespace

void Counters::committed(std::size_t units, std::chrono::nanoseconds took) {
  const auto micros = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  add(commits);
  add(units_committed, units);
  add(commit_micros_sum_, micros);
  add(commit_micros_[bucket_of(StoreStats::kCommitMicrosBounds, micros)]);
  add(group_sizes_[bucket_of(StoreStats::kGroupSizeBounds, units)]);
}

StoreStats Counters::snapshot() const {
  StoreStats stats;
  stats.queue_depth = read(queue_depth);
  stats.reads = read(reads);
  stats.units_committed = read(units_committed);
  stats.units_failed = read(units_failed);
  stats.units_rejected = read(units_rejected);
  stats.commits = read(commits);
  stats.commit_failures = read(commit_failures);
  stats.retries = read(retries);
  stats.reconnects = read(reconnects);
  stats.checkpoints = read(checkpoints);
  stats.refusals_dropped = read(refusals_dropped);
  stats.commit_micros_sum = read(commit_micros_sum_);
  std::transform(commit_micros_.begin(), commit_micros_.end(), stats.commit_micros.begin(), read);
  std::transform(group_sizes_.begin(), group_sizes_.end(), stats.group_sizes.begin(), read);
  return stats;
}

}  // namespace berth::store::sql
