#include "berth/device/percentiles.h"

#include <algorithm>

namespace berth::device {

Percentiles percentiles(std::vector<std::chrono::nanoseconds> samples) {
  if (samples.empty()) return {};
  std::sort(samples.begin(), samples.end());
  // The smallest sample that at least `percent` of all do not exceed.
  const auto rank = [&](std::size_t percent) {
    return samples[std::max<std::size_t>(1, (samples.size() * percent + 99) / 100) - 1];
  };
  return {rank(50), rank(90), rank(99), samples.back()};
}

}  // namespace berth::device
