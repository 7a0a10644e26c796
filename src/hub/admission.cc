#include "hub/admission.h"

#include "base/codec.h"
#include "base/uuid.h"
#include "hub/core.h"

#include <fmt/format.h>

#include <utility>

namespace berth::hub {

Rejection store_trouble(domain::Step step, const Error& error) {
  return {step, domain::Reason::kStoreUnavailable, "an answer of the store",
          std::string(to_string(error.kind)), std::chrono::seconds(1)};
}

Admission::Admission(Core& core, domain::Claim of, std::string_view operation)
    : claim(std::move(of)),
      core_(core),
      started_(core.ports.clock.monotonic()),
      step_started_(started_) {
  trail.operation = operation;
}

std::chrono::nanoseconds Admission::lap() {
  const Instant now = core_.ports.clock.monotonic();
  const auto took = now - step_started_;
  step_started_ = now;
  return took;
}

void Admission::pass(domain::Step step, std::string detail) {
  trail.steps.push_back({step, true, std::move(detail), {}, {}, lap()});
}

domain::HubRefused Admission::refuse(Rejection rejection, std::optional<domain::Device> device,
                                     std::string detail) {
  if (domain::may_be_guessing(rejection.reason)) {
    const std::chrono::seconds wait =
        core_.failures.failed(claim.source, core_.ports.clock.monotonic());
    if (wait.count() != 0) {
      rejection.expected = "a source that has not failed so often";
      rejection.received = fmt::format("one more failure: {}", to_string(rejection.reason));
      rejection.reason = domain::Reason::kTooManyAttempts;
      rejection.retry_after = wait;
    }
  }
  trail.steps.push_back({rejection.step,
                         false,
                         {},
                         std::move(rejection.expected),
                         std::move(rejection.received),
                         lap()});
  for (domain::Finding& each : rejection.findings) trail.findings.push_back(std::move(each));
  trail.took = core_.ports.clock.monotonic() - started_;
  const TimePoint now = core_.ports.clock.wall();
  trail.started_at = now - std::chrono::duration_cast<std::chrono::microseconds>(trail.took);
  trail.id = base::uuid_by_time(trail.started_at, core_.ports.rng);
  trail.registration_id = base::printable(claim.registration_id, 160);
  trail.dialect = claim.dialect;
  trail.transport = claim.transport;
  trail.source = base::printable(claim.source, 64);
  trail.host = base::printable(claim.host);
  trail.client = base::printable(claim.client);
  trail.outcome = domain::TrailOutcome::kRefused;
  trail.reason = rejection.reason;
  if (device) {
    trail.scope = device->scope.text();
    trail.hub = device->hub.text();
    trail.device_id = device->id.text();
  }
  if (detail.empty()) detail = to_string(rejection.reason);
  domain::HubRefused refused{rejection.reason, std::move(detail), trail.id, rejection.retry_after,
                             now};
  core_.ports.refusals.connection_refused(std::move(claim), std::move(trail), std::move(device));
  return refused;
}

Admission admission_of(Core& core, const Connection& connection, std::string_view operation) {
  const Connection::About& about = connection.about;
  domain::Claim claim;
  claim.registration_id = about.key.device.text();
  claim.dialect = about.dialect;
  claim.transport = about.transport;
  claim.source = about.source;
  claim.host = about.host;
  claim.client = about.client;
  Admission admission(core, std::move(claim), operation);
  admission.trail.scope = about.scope.text();
  admission.trail.hub = about.key.hub.text();
  admission.trail.device_id = about.key.device.text();
  admission.pass(domain::Step::kIdentify, "connected");
  admission.pass(domain::Step::kAttest, about.proof);
  return admission;
}

}  // namespace berth::hub
