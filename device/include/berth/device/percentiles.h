// Percentiles of measured times, exact, by the nearest-rank method.
// Room device. Thread rule: pure function.
#pragma once

#include <chrono>
#include <vector>

namespace berth::device {

struct Percentiles {
  std::chrono::nanoseconds p50{0};
  std::chrono::nanoseconds p90{0};
  std::chrono::nanoseconds p99{0};
  std::chrono::nanoseconds max{0};
};

// All zero for no samples. Takes the samples apart.
Percentiles percentiles(std::vector<std::chrono::nanoseconds> samples);

}  // namespace berth::device
