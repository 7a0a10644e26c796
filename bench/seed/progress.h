// How far one kind of record is: told on standard error, and bounded in time.
//
// Bench seed. Thread rule: one thread.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <string>

namespace berth::bench::seed {

class Progress {
 public:
  Progress(std::string what, std::uint64_t count, const Clock& clock, Instant until)
      : what_(std::move(what)),
        count_(count),
        clock_(clock),
        begun_(clock.monotonic()),
        until_(until) {}

  bool in_time() const { return clock_.monotonic() < until_; }
  void one_more();
  // kTooMany unless all are there.
  Result<void> end() const;

 private:
  void say() const;

  const std::string what_;
  const std::uint64_t count_;
  const Clock& clock_;
  const Instant begun_;
  const Instant until_;
  std::uint64_t done_ = 0;
};

}  // namespace berth::bench::seed
