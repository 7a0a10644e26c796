// TimerWheel and Deadline: one coarse timer per core instead of one per connection. Moving a
// deadline later, which every request does, is a store to memory; only moving it earlier relinks.
//
// Room net, internal. A deadline fires on the first tick at or after its time: never early, late by
// up to kTick. Times are the injected clock's; only the tick itself is real time.
// Thread rule: one core's thread.
#pragma once

#include "base/clock.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace berth::net {

class TimerWheel;

// Calls `expired(owner)` once when its time has come. The callback may set or destroy any deadline.
class Deadline {
 public:
  using Expired = void (*)(void* owner);

  Deadline(TimerWheel& wheel, void* owner, Expired expired)
      : wheel_(wheel), owner_(owner), expired_(expired) {}
  ~Deadline() { unlink(); }
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  void set(std::chrono::nanoseconds from_now);
  void clear() { at_ = Instant::max(); }
  bool is_set() const { return at_ != Instant::max(); }

 private:
  friend class TimerWheel;
  void unlink();

  TimerWheel& wheel_;
  void* owner_;
  Expired expired_;
  Instant at_ = Instant::max();
  std::int64_t linked_tick_ = 0;  // meaningful while linked
  Deadline* next_ = nullptr;
  Deadline** previous_next_ = nullptr;  // null: not linked
};

class TimerWheel {
 public:
  static constexpr std::chrono::milliseconds kTick{50};

  explicit TimerWheel(const Clock& clock);
  TimerWheel(const TimerWheel&) = delete;
  TimerWheel& operator=(const TimerWheel&) = delete;

  // Fires what is due. To be called about every kTick.
  void advance();

 private:
  friend class Deadline;
  static constexpr std::size_t kSlots = 512;  // later deadlines come round again

  std::int64_t tick_at_or_after(Instant at) const;
  void link(Deadline& deadline);
  static void push(Deadline*& head, Deadline& deadline);

  const Clock& clock_;
  std::int64_t done_tick_;  // everything due up to here has fired
  std::array<Deadline*, kSlots> slots_{};
};

}  // namespace berth::net
