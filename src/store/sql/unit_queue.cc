#include "store/sql/unit_queue.h"

#include <algorithm>

namespace berth::store::sql {
namespace {

Error no_room(bool closed) {
  if (closed) return {ErrorKind::kUnavailable, "the store is closed", "try again later"};
  return {ErrorKind::kUnavailable, "the store has too much work waiting",
          "try again later; if it stays so, give the server a faster disk"};
}

}  // namespace

void finish_all(Units& units, const Result<void>& outcome) {
  for (Queued& queued : units) queued.unit->finish(outcome);
  units.clear();
}

bool UnitQueue::has_room(Lane lane) const {
  if (closed_) return false;
  if (lane == Lane::kLazy) return lazies_.size() < bounds_.lazies_max;
  return units_.size() < bounds_.units_max;
}

void UnitQueue::push(Lane lane, std::unique_ptr<Unit> unit) {
  bool closed = false;
  {
    const std::lock_guard lock(mutex_);
    closed = closed_;
    if (has_room(lane)) {
      if (lane == Lane::kLazy) {
        lazies_.push_back({std::move(unit), lane, clock_.monotonic()});
        // Somebody must look at the time, or carry them away.
        if (lazies_.size() == 1 || lazies_.size() >= kLazyRush) wake_.notify_one();
        return;
      }
      units_.push_back({std::move(unit), lane, clock_.monotonic()});
      Counters::add(counters_.queue_depth);
      wake_.notify_one();
      return;
    }
  }
  Counters::add(lane == Lane::kLazy ? counters_.refusals_dropped : counters_.units_rejected);
  unit->finish(Fail(no_room(closed)));
}

bool UnitQueue::lazies_are_due() const {
  if (lazies_.empty()) return false;
  return lazies_.size() >= kLazyRush || clock_.monotonic() - lazies_.front().since >= kLazyDelay;
}

void UnitQueue::await_work(std::unique_lock<std::mutex>& lock) {
  while (units_.empty() && !closed_ && !lazies_are_due()) {
    if (lazies_.empty()) {
      wake_.wait(lock);
      continue;
    }
    const auto left = kLazyDelay - (clock_.monotonic() - lazies_.front().since);
    if (wake_.wait_for(lock, left) == std::cv_status::timeout) return;
  }
}

// Sleeps without being woken by what comes: that would cost a switch of threads for each.
void UnitQueue::gather(std::unique_lock<std::mutex>& lock, std::size_t group_max) {
  if (!crowded_ && units_.size() < 2) return;
  std::size_t before = units_.size();
  for (std::size_t slice = 0; slice < bounds_.gather_slices_max; ++slice) {
    if (closed_ || before >= group_max) return;
    closing_.wait_for(lock, kGatherSlice);
    if (units_.size() == before) return;
    before = units_.size();
  }
}

UnitQueue::Group UnitQueue::pop(std::size_t group_max) {
  std::unique_lock lock(mutex_);
  await_work(lock);
  if (!units_.empty()) gather(lock, group_max);
  Group group;
  const std::size_t share = (units_.size() + bounds_.threads - 1) / bounds_.threads;
  const std::size_t count = std::min(share, group_max);
  while (group.units.size() < count) {
    const bool alone = units_.front().lane == Lane::kWriteAlone;
    if (alone && !group.units.empty()) break;
    group.units.push_back(std::move(units_.front()));
    units_.pop_front();
    if (alone) break;
  }
  counters_.queue_depth.fetch_sub(group.units.size(), std::memory_order_relaxed);
  while (!lazies_.empty() && group.lazies.size() < group_max) {
    group.lazies.push_back(std::move(lazies_.front()));
    lazies_.pop_front();
  }
  crowded_ = group.units.size() > 1;
  group.last = closed_ && group.units.empty() && group.lazies.empty();
  if (!units_.empty()) wake_.notify_one();
  return group;
}

void UnitQueue::expire(std::chrono::nanoseconds age_max, const Error& error) {
  Units expired;
  {
    const std::lock_guard lock(mutex_);
    const Instant now = clock_.monotonic();
    while (!units_.empty() && now - units_.front().since >= age_max) {
      expired.push_back(std::move(units_.front()));
      units_.pop_front();
    }
    counters_.queue_depth.fetch_sub(expired.size(), std::memory_order_relaxed);
  }
  Counters::add(counters_.units_failed, expired.size());
  finish_all(expired, Fail(error));
}

bool UnitQueue::wait_closed(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  return closing_.wait_for(lock, time, [this] { return closed_; });
}

void UnitQueue::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  wake_.notify_all();
  closing_.notify_all();
}

}  // namespace berth::store::sql
