// One run as a JSON object: the members that every case has, and what the plan adds.
//
// Thread rule: pure functions.
#pragma once

#include "bench/fleet/connection.h"
#include "bench/fleet/engine.h"
#include "bench/fleet/plan.h"

#include <optional>

namespace berth::fleet {

// By the nearest-rank method, exact; all zero for no samples. Sorts the samples.
struct Percentiles {
  std::uint32_t p50 = 0;
  std::uint32_t p99 = 0;
  std::uint32_t p999 = 0;
  std::uint32_t max = 0;
};
Percentiles percentiles(Samples& samples);

struct Run {
  const Options& options;
  const Common& common;
  const Plan& plan;
  const Window& window;
  const std::optional<ServerFacts>& facts;  // of a case over TLS
};
boost::json::object report(const Run& run, Tally& tally);

}  // namespace berth::fleet
