// Times of records whose publisher gave none. Of one publisher and channel there is one record for
// a time, so two that come within one millisecond get times of their own.
//
// Room hub. Thread rule: any thread, no lock. Publishers share a few counters; one that takes more
// than a thousand times a second runs ahead of the clock.
#pragma once

#include "base/clock.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace berth::hub {

// As records count it.
inline TimePoint in_milliseconds(TimePoint time) {
  return std::chrono::floor<std::chrono::milliseconds>(time);
}

class RecordTimes {
 public:
  TimePoint next(const std::string& publisher, TimePoint now) {
    std::atomic<std::int64_t>& last = last_[std::hash<std::string>{}(publisher) % last_.size()];
    const std::int64_t millis = base::to_unix_micros(now) / 1000;
    std::int64_t before = last.load();
    std::int64_t taken = millis;
    do {
      taken = millis > before ? millis : before + 1;
    } while (!last.compare_exchange_weak(before, taken));
    return base::from_unix_micros(taken * 1000);
  }

 private:
  std::array<std::atomic<std::int64_t>, 1024> last_{};
};

}  // namespace berth::hub
