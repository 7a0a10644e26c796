#include "provisioning/attempt.h"

#include "base/codec.h"
#include "base/uuid.h"

#include <fmt/format.h>

#include <cstdint>
#include <utility>

namespace berth::provisioning {
namespace {

std::string make_fresh_id(TimePoint now, Rng& rng) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch());
  return fmt::format("{:08x}{}", static_cast<std::uint32_t>(seconds.count()), rng.hex(8));
}

}  // namespace

Attempt::Attempt(domain::Claim of, std::string_view operation, const Clock& clock, Rng& rng)
    : claim(std::move(of)),
      clock_(clock),
      started_(clock.monotonic()),
      step_started_(clock.monotonic()) {
  trail.started_at = clock.wall();
  trail.id = base::uuid_by_time(trail.started_at, rng);
  trail.operation = operation;
  if (operation == kRegister) operation_id = "4." + rng.hex(8) + '.' + rng.uuid();
  if (operation == kRegister && claim.membership) fresh_id = make_fresh_id(trail.started_at, rng);
  trail.scope = base::printable(claim.scope, 64);
  trail.registration_id = base::printable(claim.registration_id, 160);
  trail.dialect = claim.dialect;
  trail.transport = claim.transport;
  trail.source = base::printable(claim.source, 64);
  trail.host = base::printable(claim.host);
  trail.client = base::printable(claim.client);
}

void Attempt::start_over() {
  trail.steps.clear();
  trail.findings.clear();
  step_started_ = clock_.monotonic();
}

std::chrono::nanoseconds Attempt::lap() {
  const Instant now = clock_.monotonic();
  const auto took = now - step_started_;
  step_started_ = now;
  return took;
}

void Attempt::pass(domain::Step step, std::string detail) {
  trail.steps.push_back({step, true, std::move(detail), {}, {}, lap()});
}

void Attempt::fail(domain::Step step, const Refusal& refusal) {
  trail.outcome = domain::TrailOutcome::kRefused;
  trail.reason = refusal.reason;
  trail.steps.push_back({step, false, {}, refusal.expected, refusal.received, lap()});
}

void Attempt::finish() { trail.took = clock_.monotonic() - started_; }

}  // namespace berth::provisioning
