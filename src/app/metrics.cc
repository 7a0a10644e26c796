#include "app/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <filesystem>
#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace berth::app {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr std::array<domain::TrailOutcome, 3> kOutcomes = {
    domain::TrailOutcome::kAssigned, domain::TrailOutcome::kRefused, domain::TrailOutcome::kFailed};

MetricFamily family(std::string name, std::string help, MetricType type) {
  MetricFamily made;
  made.name = std::move(name);
  made.help = std::move(help);
  made.type = type;
  return made;
}

ClientMetric histogram_metric(const Distribution& from) {
  ClientMetric metric;
  std::uint64_t below = 0;
  for (std::size_t i = 0; i < from.bounds.size(); ++i) {
    below += from.counts[i];
    metric.histogram.bucket.push_back({below, from.bounds[i]});
  }
  metric.histogram.bucket.push_back({from.count, std::numeric_limits<double>::infinity()});
  metric.histogram.sample_count = from.count;
  metric.histogram.sample_sum = from.sum;
  return metric;
}

ClientMetric sample_metric(const Sample& sample) {
  ClientMetric metric;
  for (const auto& [name, value] : sample.labels) metric.label.push_back({name, value});
  if (sample.type == Sample::Type::kCounter) {
    metric.counter.value = sample.value;
  } else {
    metric.gauge.value = sample.value;
  }
  return metric;
}

}  // namespace

void LatencyHistogram::observe(std::chrono::nanoseconds value) {
  const double seconds = std::chrono::duration<double>(value).count();
  std::size_t bucket = 0;
  while (bucket < kBounds.size() && seconds > kBounds[bucket]) ++bucket;
  counts_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_nanos_.fetch_add(static_cast<std::uint64_t>(value.count()), std::memory_order_relaxed);
}

Distribution LatencyHistogram::snapshot() const {
  Distribution taken;
  taken.bounds.assign(kBounds.begin(), kBounds.end());
  for (const std::atomic<std::uint64_t>& count : counts_) {
    taken.counts.push_back(count.load(std::memory_order_relaxed));
    taken.count += taken.counts.back();
  }
  taken.sum = static_cast<double>(sum_nanos_.load(std::memory_order_relaxed)) / 1e9;
  return taken;
}

void Metrics::attempt_finished(const domain::Trail& trail) {
  // A good poll or CONNECT is part of a registration that is counted already; a refused one is an
  // attempt of its own.
  if (trail.outcome == domain::TrailOutcome::kAssigned && trail.operation != "register") return;
  const auto outcome = static_cast<std::size_t>(trail.outcome);
  const auto reason = static_cast<std::size_t>(trail.reason);
  attempts_[outcome][reason].fetch_add(1, std::memory_order_relaxed);
  attempt_.observe(trail.took);
  for (const domain::TrailStep& step : trail.steps) {
    steps_[static_cast<std::size_t>(step.step)].observe(step.took);
  }
}

std::string Metrics::render(const std::vector<Sample>& samples,
                            const std::vector<Distribution>& distributions) const {
  std::vector<MetricFamily> families;

  MetricFamily attempts =
      family("berth_registrations_total", "Registration attempts by outcome and reason.",
             MetricType::Counter);
  for (std::size_t o = 0; o < kOutcomeCount; ++o) {
    for (std::size_t r = 0; r < kReasonCount; ++r) {
      const std::uint64_t count = attempts_[o][r].load(std::memory_order_relaxed);
      if (count == 0) continue;
      ClientMetric metric;
      metric.label = {{"outcome", std::string(to_string(kOutcomes[o]))},
                      {"reason", std::string(to_string(domain::kReasons[r]))}};
      metric.counter.value = static_cast<double>(count);
      attempts.metric.push_back(std::move(metric));
    }
  }
  families.push_back(std::move(attempts));

  MetricFamily whole = family("berth_registration_seconds",
                              "Time from command to outcome of an attempt.", MetricType::Histogram);
  whole.metric.push_back(histogram_metric(attempt_.snapshot()));
  families.push_back(std::move(whole));

  MetricFamily steps = family("berth_step_seconds", "Time spent in each step of provisioning.",
                              MetricType::Histogram);
  for (std::size_t s = 0; s < kStepCount; ++s) {
    ClientMetric metric = histogram_metric(steps_[s].snapshot());
    metric.label = {{"step", std::string(to_string(static_cast<domain::Step>(s)))}};
    steps.metric.push_back(std::move(metric));
  }
  families.push_back(std::move(steps));

  for (const Distribution& distribution : distributions) {
    families.push_back(family(distribution.name, distribution.help, MetricType::Histogram));
    families.back().metric.push_back(histogram_metric(distribution));
  }
  for (const Sample& sample : samples) {
    if (families.back().name != sample.name) {
      const bool counter = sample.type == Sample::Type::kCounter;
      families.push_back(
          family(sample.name, sample.help, counter ? MetricType::Counter : MetricType::Gauge));
    }
    families.back().metric.push_back(sample_metric(sample));
  }
  return prometheus::TextSerializer().Serialize(families);
}

std::vector<Sample> process_samples() {
  std::vector<Sample> samples;
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  samples.push_back({Sample::Type::kCounter,
                     "process_cpu_seconds_total",
                     "User and system CPU time of the server, in seconds.",
                     {},
                     seconds(usage.ru_utime) + seconds(usage.ru_stime)});

  std::ifstream statm("/proc/self/statm");
  double pages_total = 0;
  double pages_resident = 0;
  statm >> pages_total >> pages_resident;
  samples.push_back({Sample::Type::kGauge,
                     "process_resident_memory_bytes",
                     "Resident memory, in bytes.",
                     {},
                     pages_resident * static_cast<double>(::sysconf(_SC_PAGESIZE))});

  std::error_code error;
  double descriptors = 0;
  for (std::filesystem::directory_iterator each("/proc/self/fd", error), end; each != end;
       each.increment(error)) {
    if (error) break;
    ++descriptors;
  }
  samples.push_back(
      {Sample::Type::kGauge, "process_open_fds", "Open file descriptors.", {}, descriptors});
  return samples;
}

}  // namespace berth::app
