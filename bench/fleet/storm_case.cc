// A fleet that comes back at once. Each device does what SDKs do: it waits as long as it is told,
// on the connection it has, and asks again; it comes anew when the connection was cut before it was
// answered. It gives up when it is refused in any other way, or after --attempt-seconds.
#include "bench/fleet/cases.h"
#include "bench/fleet/dps.h"
#include "bench/fleet/messages.h"
#include "bench/fleet/one_request.h"

#include <algorithm>

namespace berth::fleet {
namespace {

constexpr double kPauseAfterReset = 1;
constexpr unsigned kRetryAfterMax = 300;

class StormScript final : public Script {
 public:
  StormScript(const DpsFleet& fleet, std::uint64_t device) : fleet_(fleet), device_(device) {}

  Step begin(Tally& tally) override { return ask(tally); }
  Step resumed(Tally& tally) override { return ask(tally); }

  Step answered(const Answer& answer, Tally& tally) override {
    const bool polls = !operation_.empty();
    ++tally.histograms[polls ? "poll_answers" : "register_answers"][std::to_string(answer.status)];
    if (answer.status == 429 || answer.status == 503) {
      ++tally.retries;
      return wait(answer, tally);
    }
    if (answer.status == 202) {
      if (!polls) operation_ = json_text(answer.body, "operationId");
      if (operation_.empty()) return Step::fail(unexpected(answer, "an operationId"));
      Step step = wait(answer, tally);
      step.counts = !polls;  // request_latency_us is about requests that were admitted
      return step;
    }
    if (!polls || answer.status != 200 || json_text(answer.body, "status") != "assigned") {
      return Step::fail(unexpected(answer, "202, or 200 and assigned"));
    }
    return Step::done().uncounted();
  }

  Step closed(const std::string& why, Tally& tally) override {
    ++tally.retries;
    ++tally.histograms["cut"][why];
    return Step::pause(kPauseAfterReset, true);
  }

 private:
  Step ask(Tally& tally) {
    if (operation_.empty()) return Step::send(fleet_.register_request(device_));
    ++tally.polls;
    return Step::send(fleet_.poll_request(device_, operation_));
  }

  Step wait(const Answer& answer, Tally& tally) {
    const auto seconds = retry_after(answer);
    const std::string name = "retry_after_of_" + std::to_string(answer.status);
    ++tally.histograms[name][seconds ? std::to_string(*seconds) : "none"];
    if (!seconds) return Step::fail(unexpected(answer, "an answer with Retry-After"));
    return Step::pause(std::min(*seconds, kRetryAfterMax)).uncounted();
  }

  const DpsFleet& fleet_;
  const std::uint64_t device_;
  std::string operation_;
};

class StormPlan final : public DpsPlan {
 public:
  using DpsPlan::DpsPlan;

  void report(const Tally&, boost::json::object& out) const override {
    out["admitted_latency_us"] = out["request_latency_us"];
  }
};

}  // namespace

MadePlan make_storm(const Options& options, const Clock& clock) {
  Shape shape;
  BERTH_TRY(shape.scripts, options.number("count", 100'000, 1, 10'000'000));
  BERTH_TRY(DpsFleet fleet, DpsFleet::read(options, clock, DpsFleet::Proof::kToken));
  return std::make_unique<StormPlan>(std::move(fleet), shape, &make_dps_script<StormScript>);
}

}  // namespace berth::fleet
