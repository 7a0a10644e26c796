#include "net/timer_wheel.h"

#include <algorithm>

namespace berth::net {

namespace {

constexpr std::int64_t kTickNanos =
    std::chrono::duration_cast<std::chrono::nanoseconds>(TimerWheel::kTick).count();

std::int64_t tick_at_or_before(Instant at) { return at.time_since_epoch().count() / kTickNanos; }

}  // namespace

void Deadline::set(std::chrono::nanoseconds from_now) {
  at_ = wheel_.clock_.monotonic() + from_now;
  if (previous_next_ != nullptr) {
    if (wheel_.tick_at_or_after(at_) >= linked_tick_) return;  // looked at again when that comes
    unlink();
  }
  wheel_.link(*this);
}

void Deadline::unlink() {
  if (previous_next_ == nullptr) return;
  *previous_next_ = next_;
  if (next_ != nullptr) next_->previous_next_ = previous_next_;
  next_ = nullptr;
  previous_next_ = nullptr;
}

TimerWheel::TimerWheel(const Clock& clock)
    : clock_(clock), done_tick_(tick_at_or_before(clock.monotonic())) {}

std::int64_t TimerWheel::tick_at_or_after(Instant at) const {
  return tick_at_or_before(at - std::chrono::nanoseconds(1)) + 1;
}

void TimerWheel::link(Deadline& deadline) {
  const std::int64_t last = done_tick_ + static_cast<std::int64_t>(kSlots);
  deadline.linked_tick_ = std::clamp(tick_at_or_after(deadline.at_), done_tick_ + 1, last);
  push(slots_[static_cast<std::size_t>(deadline.linked_tick_) % kSlots], deadline);
}

void TimerWheel::push(Deadline*& head, Deadline& deadline) {
  deadline.next_ = head;
  deadline.previous_next_ = &head;
  if (head != nullptr) head->previous_next_ = &deadline.next_;
  head = &deadline;
}

void TimerWheel::advance() {
  const Instant now = clock_.monotonic();
  const std::int64_t now_tick = tick_at_or_before(now);
  // After a long jump of the clock each slot is visited once; that finds everything.
  const std::int64_t first =
      std::max(done_tick_ + 1, now_tick - static_cast<std::int64_t>(kSlots) + 1);
  for (std::int64_t tick = first; tick <= now_tick; ++tick) {
    done_tick_ = tick;
    // Moved aside, because callbacks link and unlink: a deadline that is destroyed meanwhile
    // leaves this list by itself.
    Deadline* due = nullptr;
    std::swap(due, slots_[static_cast<std::size_t>(tick) % kSlots]);
    if (due != nullptr) due->previous_next_ = &due;
    while (due != nullptr) {
      Deadline& deadline = *due;
      deadline.unlink();
      if (deadline.at_ > now) {
        if (deadline.is_set()) link(deadline);
        continue;
      }
      deadline.clear();
      deadline.expired_(deadline.owner_);
    }
  }
}

}  // namespace berth::net
