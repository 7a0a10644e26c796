// Time as a passed-in object. Wall time (for tokens, records, certificates) and monotonic time (for
// measuring and budgets) are apart. Nothing outside base/ asks the system for the time.
//
// Thread rule: SystemClock may be used from any thread. FakeClock too; it moves only when told.
#pragma once

#include "base/result.h"

#include <atomic>
#include <chrono>
#include <string>

namespace berth::base {

// Wall time in microseconds since 1970-01-01T00:00:00Z.
using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;
// Monotonic time; only differences mean something.
using Instant = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint wall() const = 0;
  virtual Instant monotonic() const = 0;
};

class SystemClock final : public Clock {
 public:
  TimePoint wall() const override;
  Instant monotonic() const override;
};

// Starts at 2026-01-01T00:00:00Z unless told otherwise.
class FakeClock final : public Clock {
 public:
  FakeClock();
  explicit FakeClock(TimePoint start);
  TimePoint wall() const override;
  Instant monotonic() const override;
  void advance(std::chrono::microseconds by);

 private:
  std::atomic<std::int64_t> micros_;
};

// "2022-08-31T22:02:50.516335Z": UTC, `digits` (0..9) fractional digits.
std::string format_utc(TimePoint time, int digits = 6);
// Reads what format_utc writes, any number of fractional digits, `Z` or a numeric offset.
Result<TimePoint> parse_utc(std::string_view text);

std::int64_t to_unix_micros(TimePoint time);
TimePoint from_unix_micros(std::int64_t micros);
std::int64_t to_unix_seconds(TimePoint time);
TimePoint from_unix_seconds(std::int64_t seconds);

}  // namespace berth::base

namespace berth {
using base::Clock;
using base::Instant;
using base::TimePoint;
}  // namespace berth
