#include "app/metrics.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

using std::chrono::microseconds;

bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

TEST(Metrics, CountsAttemptsByOutcomeAndReason) {
  Metrics metrics;
  domain::Trail refused;
  refused.outcome = domain::TrailOutcome::kRefused;
  refused.reason = domain::Reason::kProofRejected;
  metrics.attempt_finished(refused);
  metrics.attempt_finished(refused);
  const std::string text = metrics.render({}, {});
  EXPECT_TRUE(
      has_line(text, R"(berth_registrations_total{outcome="refused",reason="proof_rejected"} 2)"));
  EXPECT_EQ(text.find("not_enrolled"), std::string::npos);
}

TEST(Metrics, AGoodPollIsNotASecondRegistration) {
  Metrics metrics;
  domain::Trail trail;
  trail.outcome = domain::TrailOutcome::kAssigned;
  for (const char* operation : {"authenticate", "register", "poll"}) {
    trail.operation = operation;
    metrics.attempt_finished(trail);
  }
  const std::string text = metrics.render({}, {});
  EXPECT_TRUE(has_line(text, R"(berth_registrations_total{outcome="assigned",reason="none"} 1)"));
}

TEST(Metrics, StepLatenciesAreCumulativeHistograms) {
  Metrics metrics;
  domain::Trail trail;
  trail.operation = "register";
  trail.steps.push_back({domain::Step::kAttest, true, "", "", "", microseconds(7)});
  trail.steps.push_back({domain::Step::kAttest, true, "", "", "", microseconds(70)});
  metrics.attempt_finished(trail);
  const std::string text = metrics.render({}, {});
  EXPECT_TRUE(has_line(text, R"(berth_step_seconds_bucket{step="attest",le="1e-05"} 1)")) << text;
  EXPECT_TRUE(has_line(text, R"(berth_step_seconds_bucket{step="attest",le="+Inf"} 2)"));
  EXPECT_TRUE(has_line(text, R"(berth_step_seconds_count{step="identify"} 0)"));
}

TEST(Metrics, SamplesWithOneNameShareOneFamily) {
  const Metrics metrics;
  const std::string text =
      metrics.render({{Sample::Type::kGauge, "berth_connections", "h", {{"transport", "https"}}, 3},
                      {Sample::Type::kGauge, "berth_connections", "h", {{"transport", "mqtt"}}, 4}},
                     {});
  EXPECT_TRUE(has_line(text, R"(berth_connections{transport="https"} 3)"));
  EXPECT_TRUE(has_line(text, R"(berth_connections{transport="mqtt"} 4)"));
  EXPECT_EQ(text.find("# TYPE berth_connections"), text.rfind("# TYPE berth_connections"));
}

TEST(Metrics, ProcessSamplesAreAlive) {
  for (const Sample& sample : process_samples()) EXPECT_GT(sample.value, 0) << sample.name;
}

}  // namespace
}  // namespace berth::app
