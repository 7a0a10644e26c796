// Counters of the running server and their Prometheus text. Counting is a relaxed atomic addition;
// everything else happens when somebody asks.
//
// Room app. Thread rule: counting from any io_context; render() from any, allocates.
#pragma once

#include "domain/trail.h"
#include "provisioning/ports/observer.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace berth::app {

// A histogram as it is shown: counts has one more entry than bounds and is not cumulative.
struct Distribution {
  std::string name;
  std::string help;
  std::vector<double> bounds;
  std::vector<std::uint64_t> counts;
  double sum = 0;
  std::uint64_t count = 0;
};

// Counts values into fixed buckets, in seconds.
class LatencyHistogram {
 public:
  // Upper bounds; values above the last go to +Inf.
  static constexpr std::array<double, 12> kBounds = {
      0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.01, 0.05, 0.25, 1.0};

  void observe(std::chrono::nanoseconds value);

  // Without name and help.
  Distribution snapshot() const;

 private:
  std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> counts_{};
  std::atomic<std::uint64_t> sum_nanos_{0};
};

// A sample from elsewhere (net, store, process), read at the moment of rendering.
struct Sample {
  enum class Type { kCounter, kGauge } type = Type::kGauge;
  std::string name;
  std::string help;
  std::vector<std::pair<std::string, std::string>> labels;
  double value = 0;
};

class Metrics final : public provisioning::Observer {
 public:
  void attempt_finished(const domain::Trail& trail) override;

  // The text exposition format; `samples` with equal names must stand together.
  std::string render(const std::vector<Sample>& samples,
                     const std::vector<Distribution>& distributions) const;

 private:
  static constexpr std::size_t kReasonCount = std::size(domain::kReasons);
  static constexpr std::size_t kOutcomeCount = 3;
  static constexpr std::size_t kStepCount = 6;

  std::array<std::array<std::atomic<std::uint64_t>, kReasonCount>, kOutcomeCount> attempts_{};
  std::array<LatencyHistogram, kStepCount> steps_{};
  LatencyHistogram attempt_{};
};

// CPU seconds, resident bytes, open descriptors and threads of this process.
std::vector<Sample> process_samples();

}  // namespace berth::app
