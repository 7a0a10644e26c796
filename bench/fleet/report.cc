#include "bench/fleet/report.h"

#include "base/codec.h"

#include <algorithm>
#include <cmath>

namespace berth::fleet {
namespace {

namespace json = boost::json;

std::uint32_t rank(const Samples& sorted, double share) {
  const auto place =
      static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size())));
  return sorted[std::clamp<std::size_t>(place, 1, sorted.size()) - 1];
}

json::object as_json(Samples& samples) {
  const Percentiles times = percentiles(samples);
  return {{"p50", times.p50}, {"p99", times.p99}, {"p999", times.p999}, {"max", times.max}};
}

json::object as_json(const Window& window) {
  return {{"rss_before", window.before.rss},
          {"rss_after", window.after.rss},
          {"rss_peak", window.rss_peak},
          {"pss_before", window.before.pss},
          {"pss_after", window.after.pss}};
}

json::object as_json(const ServerFacts& facts) {
  return {{"version", facts.version},
          {"cipher", facts.cipher},
          {"group", facts.group},
          {"certificate", facts.certificate},
          {"verified_once", facts.verified},
          {"tickets_received", tickets_received()}};
}

}  // namespace

Percentiles percentiles(Samples& samples) {
  if (samples.empty()) return {};
  std::sort(samples.begin(), samples.end());
  return {rank(samples, 0.5), rank(samples, 0.99), rank(samples, 0.999), samples.back()};
}

json::object report(const Run& run, Tally& tally) {
  const Window& window = run.window;
  json::object out{{"case", run.options.name()},
                   {"count", run.common.count},
                   {"done", tally.done},
                   {"failed", tally.failed},
                   {"why", base::printable(tally.why)},
                   {"seconds", window.seconds}};
  out["operations_per_second"] =
      window.seconds > 0 ? static_cast<double>(tally.done) / window.seconds : 0;
  out["concurrency"] = run.common.concurrency;
  out["opening_at_once"] = std::min(run.common.opening, run.common.concurrency);
  out["sockets_peak"] = run.window.sockets_peak;
  out["lost_while_held"] = run.window.lost_while_held;
  out["connects"] = tally.connects;
  out["resumed"] = tally.resumed;
  out["polls"] = tally.polls;
  out["retries"] = tally.retries;
  out["cpu_seconds"] = window.after.cpu_seconds - window.before.cpu_seconds;
  out["latency_us"] = as_json(tally.operation);
  out["request_latency_us"] = as_json(tally.request);
  out["handshake_us"] = as_json(tally.handshake);
  out["memory"] = as_json(window);
  out["tls"] = run.facts ? json::value(as_json(*run.facts)) : json::value(nullptr);
  for (const auto& [name, counts] : tally.histograms) {
    json::object histogram;
    for (const auto& [key, count] : counts) histogram[key] = count;
    out[name] = std::move(histogram);
  }
  run.plan.report(tally, out);
  return out;
}

}  // namespace berth::fleet
