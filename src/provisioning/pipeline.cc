// The one path: identify → attest → authorize → allocate → issue → record. What a step does is in
// the file of its name; this file holds their order, and what becomes of a refusal.
#include "base/source_budget.h"
#include "provisioning/admission.h"
#include "provisioning/attempt.h"
#include "provisioning/provisioning.h"
#include "provisioning/scope_cache.h"
#include "provisioning/steps.h"

#include <fmt/format.h>

#include <utility>

namespace berth::provisioning {
namespace {

using domain::Outcome;
using domain::Reason;
using domain::Step;

using Verdict =
    std::variant<domain::Authenticated, domain::Accepted, domain::CurrentState, domain::Challenged>;

// Times a registration is decided anew because another attempt for the same id got in between.
constexpr int kRoundsMax = 5;

// What a proven device asks about its registration.
Result<Verdict, Refusal> answer_question(const Attempt& attempt, const Identified& identified) {
  const auto& current = identified.dossier->current;
  if (attempt.trail.operation == kAuthenticate) return Verdict{domain::Authenticated{}};
  if (attempt.trail.operation == kPoll) {
    // Another device's operation and one that never was are the same to the one who asks.
    const std::string& operation_id = attempt.asked_operation;
    if (current && current->operation_id == operation_id && !operation_id.empty()) {
      return Verdict{domain::CurrentState{*current}};
    }
    return Fail(Refusal{Reason::kOperationUnknown,
                        "the operation this device began last",
                        base::printable(operation_id, 80),
                        {}});
  }
  if (current) return Verdict{domain::CurrentState{*current}};
  return Fail(Refusal{Reason::kNotRegistered, "a device that has registered", "none", {}});
}

bool is_password(const domain::Evidence& evidence) {
  return std::holds_alternative<domain::Password>(evidence);
}

Refusal failed_too_often() {
  return {Reason::kTooManyAttempts,
          "a source that has not failed so often",
          "a password that was not looked at",
          {}};
}

Refusal control_refusal(const Error& error) {
  if (error.kind == ErrorKind::kTooMany) {
    return {Reason::kMembersExhausted, "room for one more", base::printable(error.what), {}};
  }
  if (error.kind == ErrorKind::kNotFound) {
    return {Reason::kNotYetRegistered, "both devices", base::printable(error.what), {}};
  }
  return store_refusal(error);
}

// Among whom the places of an overloaded server are shared.
const std::string& fleet_of(const domain::Claim& claim) {
  return claim.scope.empty() && claim.membership ? claim.membership->group : claim.scope;
}

struct Asked {
  domain::Claim& claim;
  std::string_view operation;
  std::string operation_id = {};
};

struct Unpack {
  Asked operator()(domain::Authenticate& command) const { return {command.claim, kAuthenticate}; }
  Asked operator()(domain::Register& command) const { return {command.claim, kRegister}; }
  Asked operator()(domain::PollOperation& command) const {
    return {command.claim, kPoll, std::move(command.operation_id)};
  }
  Asked operator()(domain::LookUpRegistration& command) const { return {command.claim, kLookUp}; }
};

}  // namespace

struct Provisioning::State {
  State(Ports given, Settings set)
      : ports(given),
        settings(set),
        scopes(given.store, set.scopes_cached_max),
        budget({set.failures_per_source_max, set.failures_refilled_per_second,
                set.sources_tracked_max}),
        admission(set.admission, given.clock, given.pressure) {}

  Task<Outcome> decide(std::unique_ptr<Attempt> owned);
  // One round through the six steps. None: the race for the registration was lost, decide again.
  using Round = std::optional<Result<Verdict, Refusal>>;
  Task<Round> go(Attempt& attempt);
  // A wrong password of a member is counted where all servers see it; `refusal` says when that
  // locks.
  Task<void> count_guess(const Attempt& attempt, const Identified& identified, Refusal& refusal);
  // The device must prove first that its TPM holds the keys it showed.
  Task<Round> challenge(Attempt& attempt, const Identified& identified, AttestWith with);
  Task<Round> take_control(Attempt& attempt, const Identified& identified, const Proven& proven);
  Task<Round> place(Attempt& attempt, const Identified& identified, Proven proven);
  Task<Round> write_failure(Attempt& attempt, const Identified& identified, const Proven& proven,
                            Refusal refusal);
  Result<Verdict, Refusal> refuse(Attempt& attempt, Step step, Refusal refusal);
  // Both take what the attempt has.
  Outcome conclude(Attempt& attempt, Result<Verdict, Refusal>& verdict);
  // Too many devices register at once; nothing was looked at.
  Outcome send_away(Attempt& attempt, const Admission::Later& later);

  Ports ports;
  Settings settings;
  ScopeCache scopes;
  SourceBudget budget;
  Admission admission;
};

Provisioning::Provisioning(Ports ports, Settings settings)
    : state_(std::make_unique<State>(ports, settings)) {}
Provisioning::~Provisioning() = default;

// Not a coroutine: the frame of one would hold command, claim and attempt beside each other.
Task<Outcome> Provisioning::handle(domain::ProvisioningCommand command) {
  Asked asked = std::visit(Unpack{}, command);
  auto attempt = std::make_unique<Attempt>(std::move(asked.claim), asked.operation,
                                           state_->ports.clock, state_->ports.rng);
  attempt->asked_operation = std::move(asked.operation_id);
  return state_->decide(std::move(attempt));
}

Task<Outcome> Provisioning::State::decide(std::unique_ptr<Attempt> owned) {
  Attempt& attempt = *owned;
  std::optional<Admission::Place> place;  // until the answer is on disk
  if (attempt.trail.operation == kRegister) {
    auto entry = admission.enter(fleet_of(attempt.claim));
    if (const auto* later = std::get_if<Admission::Later>(&entry)) {
      co_return send_away(attempt, *later);
    }
    place.emplace(std::move(std::get<Admission::Place>(entry)));
  }
  Round verdict;
  for (int round = 0; round < kRoundsMax && !verdict; ++round) {
    attempt.start_over();
    verdict = co_await go(attempt);
  }
  if (!verdict) {
    verdict = refuse(attempt, Step::kRecord,
                     {Reason::kStoreUnavailable, "a registration nobody else is writing",
                      "one that changed every time", std::chrono::seconds(1)});
  }
  co_return conclude(attempt, *verdict);
}

Task<Provisioning::State::Round> Provisioning::State::go(Attempt& attempt) {
  Result<Identified, Refusal> identified = co_await identify(ports.store, scopes, attempt);
  if (!identified) co_return refuse(attempt, Step::kIdentify, std::move(identified).error());
  attempt.trail.scope = identified->dossier->scope->id.text();
  attempt.pass(Step::kIdentify, describe(*identified));

  const bool may_search = !budget.exhausted(attempt.claim.source, ports.clock.monotonic());
  const bool registers = attempt.trail.operation == kRegister;
  const AttestWith with{ports.attestors, ports.clock.wall(), may_search, registers};
  if (!may_search && is_password(attempt.claim.evidence)) {
    // Whoever guesses must not learn that this one was right.
    co_return refuse(attempt, Step::kAttest, failed_too_often());
  }
  Result<Proven, Refusal> proven = attest(with, attempt.claim, *identified);
  if (!proven) {
    Refusal refusal = std::move(proven).error();
    if (registers && refusal.reason == Reason::kChallengeRequired) {
      Round challenged = co_await challenge(attempt, *identified, with);
      co_return challenged;
    }
    co_await count_guess(attempt, *identified, refusal);
    co_return refuse(attempt, Step::kAttest, std::move(refusal));
  }
  attempt.trail.enrollment = reference_text(*proven->enrollment);
  Result<void, Refusal> unrevoked;
  if (!proven->attested.certificates.empty()) {
    unrevoked = co_await check_revoked(ports.store, attempt, *proven);
  }
  if (!unrevoked) co_return refuse(attempt, Step::kAttest, std::move(unrevoked).error());
  attempt.pass(Step::kAttest, proven->attested.detail);

  Result<void, Refusal> allowed =
      authorize(attempt.claim, *identified, *proven->enrollment,
                {ports.clock.wall(), settings.payload_bytes_max, proven->attested.as_controller});
  if (!allowed) co_return refuse(attempt, Step::kAuthorize, std::move(allowed).error());
  std::optional<Refusal> withheld = proven->attested.withheld;
  if (!withheld && !proven->attested.as_controller) {
    withheld = withhold(attempt.claim, *identified, *proven->enrollment);
  }
  if (registers && withheld) {
    attempt.fail(Step::kAuthorize, *withheld);
    Round held = co_await write_failure(attempt, *identified, *proven, *withheld);
    co_return held;
  }
  attempt.pass(Step::kAuthorize, "enabled, and owner of the id or the first to claim it");

  if (!registers) {
    Result<Verdict, Refusal> answer = answer_question(attempt, *identified);
    if (!answer) co_return refuse(attempt, Step::kAuthorize, std::move(answer).error());
    co_return answer;
  }
  if (proven->attested.as_controller) {
    Round taken = co_await take_control(attempt, *identified, *proven);
    co_return taken;
  }
  Round round = co_await place(attempt, *identified, *std::move(proven));
  co_return round;
}

Task<void> Provisioning::State::count_guess(const Attempt& attempt, const Identified& identified,
                                            Refusal& refusal) {
  std::optional<WrongGuess> guess = wrong_guess(attempt, identified, refusal);
  if (!guess) co_return;
  Result<domain::Guesses> guesses = co_await ports.store.guessed_wrong(*std::move(guess));
  if (!guesses) {
    // Not counted, so not answered either: guessing is not for free while the store is away.
    refusal = store_refusal(guesses.error());
    co_return;
  }
  if (guesses->locked_until) {
    refusal.received += fmt::format("; after {} wrong ones it is locked until {}", guesses->wrong,
                                    base::format_utc(*guesses->locked_until, 0));
  }
}

Task<Provisioning::State::Round> Provisioning::State::challenge(Attempt& attempt,
                                                                const Identified& identified,
                                                                AttestWith with) {
  if (!identified.dossier->individual) {
    co_return refuse(attempt, Step::kAttest,
                     {Reason::kAttestationMismatch, "an individual enrollment", "none", {}});
  }
  const domain::Enrollment* const enrollment = &*identified.dossier->individual;
  const AttestInput input = input_for(with, attempt.claim, identified, {&enrollment, 1});
  const std::string_view kind = attestation_name(enrollment->attestation);
  for (const std::unique_ptr<Attestor>& attestor : ports.attestors) {
    if (attestor->name() != kind) continue;
    Result<Challenge, Refusal> made = attestor->challenge(input);
    if (!made) co_return refuse(attempt, Step::kAttest, std::move(made).error());
    if (made->is_new) {
      Result<void> kept = co_await ports.store.put_challenge(std::move(made->record));
      if (!kept) co_return refuse(attempt, Step::kAttest, store_refusal(kept.error()));
    }
    attempt.trail.operation = kChallenge;
    attempt.trail.enrollment = reference_text(*enrollment);
    attempt.pass(Step::kAttest, "a challenge for its TPM; what it answers is another attempt");
    co_return Verdict{domain::Challenged{std::move(made->activation)}};
  }
  co_return refuse(attempt, Step::kAttest,
                   {Reason::kInternal, "an attestor for the enrollment", std::string(kind), {}});
}

// The device that asks has its credentials: it gets one thing more to control, and no new ones.
Task<Provisioning::State::Round> Provisioning::State::take_control(Attempt& attempt,
                                                                   const Identified& identified,
                                                                   const Proven& proven) {
  attempt.pass(Step::kRecord, "control, trail and audit in one transaction");
  attempt.finish();
  std::unique_ptr<ControlTaken> taken = make_control(attempt, identified, *proven.enrollment);
  domain::Trail trail = taken->trail;
  Result<void> written = co_await ports.store.take_control(std::move(taken));
  if (!written) {
    attempt.trail.steps.pop_back();
    co_return refuse(attempt, Step::kRecord, control_refusal(written.error()));
  }
  attempt.trail = std::move(trail);
  domain::Registration registration;
  registration.scope = proven.enrollment->scope;
  registration.id = identified.registration;
  registration.enrollment = {proven.enrollment->kind, proven.enrollment->id};
  registration.status = domain::RegistrationStatus::kAssigned;
  registration.hub = identified.dossier->controller->hub;
  registration.device_id = identified.dossier->controller->id;
  co_return Verdict{domain::Accepted{std::move(registration), {}, {}}};
}

Task<Provisioning::State::Round> Provisioning::State::place(Attempt& attempt,
                                                            const Identified& identified,
                                                            Proven proven) {
  Result<Placement, Refusal> placement = allocate(ports.allocators, identified, *proven.enrollment);
  if (!placement) {
    attempt.fail(Step::kAllocate, placement.error());
    Round failed = co_await write_failure(attempt, identified, proven, placement.error());
    co_return failed;
  }
  attempt.pass(Step::kAllocate, placement->detail);

  Result<std::optional<domain::Device>, Refusal> before;
  if (identified.dossier->current) before = co_await identity_before(ports.store, identified);
  if (!before) co_return refuse(attempt, Step::kIssue, std::move(before).error());
  const IssueWith with{ports.issuers, *before ? &**before : nullptr, ports.clock.wall(),
                       &attempt.claim};
  Result<Issued, Refusal> issued = issue(with, identified, proven, *placement);
  if (!issued) co_return refuse(attempt, Step::kIssue, std::move(issued).error());
  attempt.pass(Step::kIssue, describe(*issued));

  attempt.pass(Step::kRecord, "registration, identity, trail and audit in one transaction");
  attempt.finish();
  std::unique_ptr<Assignment> assignment =
      make_assignment(attempt, identified, proven, *placement, *issued);
  domain::Trail trail = assignment->trail;
  Result<domain::Registration, Unrecorded> recorded =
      co_await record(ports.store, std::move(assignment));
  if (recorded) {
    attempt.trail = std::move(trail);
    co_return Verdict{domain::Accepted{*std::move(recorded), std::move(issued->credential),
                                       std::move(proven.attested.proven_with)}};
  }
  attempt.trail.steps.pop_back();
  Unrecorded unrecorded = std::move(recorded).error();
  switch (unrecorded.why) {
    case Unrecorded::Why::kLostRace:
      co_return std::nullopt;
    case Unrecorded::Why::kDeviceIdTaken: {
      attempt.fail(Step::kRecord, unrecorded.refusal);
      Round failed = co_await write_failure(attempt, identified, proven, unrecorded.refusal);
      co_return failed;
    }
    case Unrecorded::Why::kRefused:
      break;
  }
  co_return refuse(attempt, Step::kRecord, std::move(unrecorded.refusal));
}

// The device is who it says, but there is no place for it: that is a result, kept like any other,
// and the poll tells it (azure-dps.md §1.5). A member of a named group does not poll: it is
// refused.
Task<Provisioning::State::Round> Provisioning::State::write_failure(Attempt& attempt,
                                                                    const Identified& identified,
                                                                    const Proven& proven,
                                                                    Refusal refusal) {
  if (refusal.reason == Reason::kInternal) co_return Round(Fail(std::move(refusal)));
  if (attempt.claim.membership) {
    attempt.trail.findings = explain_no_place(identified, *proven.enrollment, refusal);
    co_return Round(Fail(std::move(refusal)));
  }
  attempt.finish();
  std::unique_ptr<Assignment> assignment = make_failure(attempt, identified, proven, refusal);
  domain::Trail trail = assignment->trail;
  Result<domain::Registration, Unrecorded> recorded =
      co_await record(ports.store, std::move(assignment));
  if (recorded) {
    attempt.trail = std::move(trail);
    co_return Verdict{domain::Accepted{*std::move(recorded), {}, {}}};
  }
  Unrecorded unrecorded = std::move(recorded).error();
  if (unrecorded.why == Unrecorded::Why::kLostRace) co_return std::nullopt;
  co_return refuse(attempt, Step::kRecord, std::move(unrecorded.refusal));
}

Result<Verdict, Refusal> Provisioning::State::refuse(Attempt& attempt, Step step, Refusal refusal) {
  const std::string& source = attempt.claim.source;
  const Instant now = ports.clock.monotonic();
  if (domain::may_be_guessing(refusal.reason)) {
    const bool exhausted = budget.exhausted(source, now);
    budget.failed(source, now);
    if (exhausted) {
      refusal = {Reason::kTooManyAttempts,
                 "a source that has not failed so often",
                 fmt::format("one more failure: {}", to_string(refusal.reason)),
                 {}};
    }
  }
  if (refusal.reason == Reason::kTooManyAttempts) refusal.retry_after = budget.wait(source, now);
  attempt.fail(step, refusal);
  return Fail(std::move(refusal));
}

Outcome Provisioning::State::conclude(Attempt& attempt, Result<Verdict, Refusal>& verdict) {
  attempt.finish();
  Outcome outcome;
  outcome.trail_id = attempt.trail.id;
  outcome.at = ports.clock.wall();
  if (verdict) {
    if (attempt.trail.outcome != domain::TrailOutcome::kFailed) {
      attempt.trail.outcome = domain::TrailOutcome::kAssigned;
    }
    std::visit([&](auto& result) { outcome.result = std::move(result); }, *verdict);
    outcome.poll_after = admission.poll_after();
    ports.observer.attempt_finished(attempt.trail);
    return outcome;
  }
  outcome.result = domain::Refused{verdict.error().reason, verdict.error().retry_after};
  ports.observer.attempt_finished(attempt.trail);
  ports.refusals.refused(std::move(attempt.claim), std::move(attempt.trail));
  return outcome;
}

Outcome Provisioning::State::send_away(Attempt& attempt, const Admission::Later& later) {
  attempt.fail(Step::kIdentify, {Reason::kOverloaded, "room for one more registration",
                                 fmt::format("{} under way", later.under_way), later.retry_after});
  attempt.finish();
  Outcome outcome;
  outcome.trail_id = attempt.trail.id;
  outcome.at = ports.clock.wall();
  outcome.result = domain::Refused{Reason::kOverloaded, later.retry_after};
  ports.observer.attempt_finished(attempt.trail);
  if (later.worth_a_trail) {
    ports.refusals.refused(std::move(attempt.claim), std::move(attempt.trail));
  }
  return outcome;
}

}  // namespace berth::provisioning
