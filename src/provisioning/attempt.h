// One attempt under way: the claim, and the trail that grows with every step.
//
// Room provisioning. Thread rule: belongs to one running handle().
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "domain/claim.h"
#include "domain/trail.h"
#include "provisioning/ports/attestor.h"

#include <string>
#include <string_view>

namespace berth::provisioning {

// Trail::operation.
inline constexpr std::string_view kRegister = "register";
inline constexpr std::string_view kAuthenticate = "authenticate";
inline constexpr std::string_view kPoll = "poll";
inline constexpr std::string_view kLookUp = "lookup";
inline constexpr std::string_view kChallenge = "challenge";  // what a register became

class Attempt {
 public:
  Attempt(domain::Claim claim, std::string_view operation, const Clock& clock, Rng& rng);

  domain::Claim claim;
  domain::Trail trail;
  // For a register: what the device will poll. `<digit>.<16 hex>.<uuid>`, no character that a
  // client would have to escape in a topic or a path (azure-dps.md §1.1), and not to be guessed.
  std::string operation_id;
  // Of a poll: the operation it asks for, as sent.
  std::string asked_operation;
  // For a register of a member: what a made-up device id ends with, 24 hex digits that begin with
  // the time in seconds.
  std::string fresh_id;

  // Forgets the steps of a round that has to be gone through again.
  void start_over();
  // Ends the present step and starts measuring the next.
  void pass(domain::Step step, std::string detail);
  void fail(domain::Step step, const Refusal& refusal);
  // Sets how long it all took.
  void finish();

 private:
  std::chrono::nanoseconds lap();

  const Clock& clock_;
  Instant started_;
  Instant step_started_;
};

}  // namespace berth::provisioning
