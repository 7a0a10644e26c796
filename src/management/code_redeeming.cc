// Codes as those who hold one use them up. Nobody signs in for that: a code is its own proof, so it
// must not be possible to try many. Each source has a few misses a minute, and misses of everybody
// close the pick-up for a while; whatever is wrong with a code, the answer is the same one.
#include "base/log.h"
#include "base/uuid.h"
#include "management/changes.h"
#include "management/claimed_enrollment.h"
#include "management/code_source.h"
#include "management/use_cases.h"

#include <fmt/format.h>

#include <utility>

namespace berth::management {
namespace {

using domain::CodeMode;
using domain::CredentialCode;
using domain::PickupKind;

constexpr std::size_t kDigestBytes = 32;
constexpr std::string_view kPickup = "pickup";
constexpr std::string_view kRedeem = "redeem";

// Says nothing about why.
Error no_such_code() {
  return {ErrorKind::kNotFound, "there is no such code",
          "check what was typed; a code is good once and for minutes: ask for another one"};
}

domain::Trail begun_trail(const Call& call, std::string_view operation) {
  domain::Trail trail;
  trail.started_at = call.ports.clock.wall();
  trail.id = base::uuid_by_time(trail.started_at, call.ports.rng);
  trail.operation = std::string(operation);
  trail.source = call.actor.source;
  trail.outcome = domain::TrailOutcome::kAssigned;
  return trail;
}

// A step of the trail: what was shown, and what came of it.
domain::TrailStep step(domain::Step which, std::string detail) {
  domain::TrailStep made;
  made.step = which;
  made.passed = true;
  made.detail = std::move(detail);
  return made;
}

// `closed`: nothing was tried really, and many could fill the audit with it.
Task<void> note_miss(const Call& call, PickupKind kind, bool closed) {
  const TimePoint now = call.ports.clock.wall();
  Result<domain::PickupGuard> guard = co_await call.ports.codes.missed(kind, now);
  const bool closes = guard && guard->closed_until == now + domain::kMissesClose;
  log::warn("credential.missed",
            {{"source", call.actor.source}, {"pickup", std::string(to_string(kind))}});
  if (closed) co_return;
  domain::AuditRecord audit = audit_record(call, {"credential.refused", {}, {}, {}});
  audit.actor = "anybody";
  boost::json::object detail;
  detail["pickup"] = std::string(to_string(kind));
  if (closes) detail["closedSeconds"] = domain::kMissesClose.count();
  audit.detail = boost::json::serialize(detail);
  Result<void> ignored = co_await call.ports.catalog.append_audit(std::move(audit));
  static_cast<void>(ignored);
}

// What is looked for; of a text that is none, or while the pick-up is closed, what nobody has.
base::Bytes digest_of(const Call& call, const domain::PickUp& command, bool closed) {
  const bool number = command.kind == PickupKind::kNumber;
  const CodeDesk& desk = call.ports.code_desk;
  const Secret normal =
      number ? desk.normal_number(command.code) : desk.normal_letters(command.code);
  base::Bytes digest =
      call.ports.vault.digest(normal.bytes(), domain::pickup_purpose(command.kind));
  if (closed || normal.empty()) {
    const Secret random = call.ports.rng.secret(kDigestBytes);
    digest.assign(random.bytes().begin(), random.bytes().end());
  }
  return digest;
}

CodeToTake to_take(const Call& call, const domain::PickUp& command, bool closed) {
  CodeToTake wanted;
  wanted.kind = command.kind;
  wanted.digest = digest_of(call, command, closed);
  wanted.at = call.ports.clock.wall();
  wanted.source = call.actor.source;
  wanted.audit_action = "credential.pickup";
  wanted.trail = begun_trail(call, kPickup);
  wanted.trail.steps.push_back(
      step(domain::Step::kAttest, fmt::format("picked up by its {}", to_string(command.kind))));
  return wanted;
}

bool is_closed(const domain::PickupGuard& guard, TimePoint now) {
  return guard.closed_until && now < *guard.closed_until;
}

Result<domain::PickedUp> opened(const Call& call, const CredentialCode& code) {
  domain::PickedUp taken;
  taken.mode = code.mode;
  BERTH_TRY(taken.content,
            call.ports.vault.open(code.content, domain::code_context(code.scope, code.id)));
  return taken;
}

}  // namespace

Task<Answer> run(const Call& call, domain::PickUp command) {
  SourceBudget& tries = call.ports.code_tries;
  const std::string source = call.actor.source;
  // Whoever has missed that often gets no work done for it either.
  if (tries.exhausted(source, call.ports.clock.monotonic())) co_return Fail(no_such_code());
  Result<domain::PickupGuard> guard = co_await call.ports.codes.guard(command.kind);
  if (!guard) co_return Fail(std::move(guard).error());
  const bool closed = is_closed(*guard, call.ports.clock.wall());
  CodeToTake wanted = to_take(call, command, closed);
  Result<std::optional<CredentialCode>> taken = co_await call.ports.codes.take(std::move(wanted));
  if (!taken) co_return Fail(std::move(taken).error());
  if (!*taken) {
    tries.failed(source, call.ports.clock.monotonic());
    co_await note_miss(call, command.kind, closed);
    co_return Fail(no_such_code());
  }
  BERTH_CO_TRY(domain::PickedUp content, opened(call, **taken));
  co_return std::move(content);
}

namespace {

// The live claim of that id and token. Any other: the caller gets no_such_code().
Task<Result<CredentialCode>> find_claim(const Call& call, const std::string& id,
                                        const base::Bytes& digest) {
  if (!is_code_id(id)) co_return Fail(no_such_code());
  Result<CredentialCode> code = co_await call.ports.codes.get(id);
  if (!code && code.error().kind == ErrorKind::kNotFound) co_return Fail(no_such_code());
  if (!code) co_return code;
  const bool good = code->mode == CodeMode::kClaim && is_live(*code, call.ports.clock.wall()) &&
                    base::equal_constant_time(code->token_digest, digest);
  if (good) co_return code;
  domain::AuditRecord audit =
      audit_record(call, {"credential.refused", code->scope.text(), code->id, "{}"});
  audit.actor = "anybody";
  Result<void> ignored = co_await call.ports.catalog.append_audit(std::move(audit));
  static_cast<void>(ignored);
  co_return Fail(no_such_code());
}

std::string_view kind_of(const domain::RedeemClaim& command) {
  if (std::holds_alternative<domain::RequestedKey>(command.key)) return "certificate request";
  if (std::holds_alternative<domain::PublicKey>(command.key)) return "public key";
  return "symmetric key";
}

std::unique_ptr<ClaimToRedeem> to_redeem(const Call& call, const domain::RedeemClaim& command,
                                         const CredentialCode& code, ClaimedEnrollment& claimed) {
  auto write = std::make_unique<ClaimToRedeem>();
  write->id = code.id;
  write->token_digest = code.token_digest;
  write->at = call.ports.clock.wall();
  write->source = call.actor.source;
  write->enrollment = claimed.enrollment;
  write->expected_version = claimed.expected_version;
  write->trail = begun_trail(call, kRedeem);
  write->trail.scope = code.scope.text();
  write->trail.registration_id = code.device.text();
  write->trail.enrollment = "individual/" + code.device.text();
  write->trail.steps.push_back(
      step(domain::Step::kAttest, fmt::format("the token of claim {}", code.id)));
  write->trail.steps.push_back(
      step(domain::Step::kRecord,
           fmt::format("individual enrollment {} with the {} it brought",
                       claimed.expected_version ? "replaced" : "made", kind_of(command))));
  boost::json::object detail;
  detail["device"] = code.device.text();
  detail["key"] = std::string(kind_of(command));
  detail["replaced"] = claimed.expected_version.has_value();
  write->audit = audit_record(
      call, {"credential.redeem", code.scope.text(), code.id, boost::json::serialize(detail)});
  write->audit.actor = "code:" + code.id;
  return write;
}

// Once written; kNotFound when somebody else was faster.
Task<Result<domain::Enrollment>> redeem(const Call& call, const domain::RedeemClaim& command,
                                        const CredentialCode& code) {
  for (int attempt = 1;; ++attempt) {
    BERTH_CO_TRY(domain::Attestation attestation, attestation_of_claim(call, code, command));
    Result<ClaimedEnrollment> claimed =
        co_await make_claimed_enrollment(call, code, std::move(attestation));
    if (!claimed) co_return Fail(std::move(claimed).error());
    std::unique_ptr<ClaimToRedeem> write = to_redeem(call, command, code, *claimed);
    Result<void> done = co_await call.ports.codes.redeem(std::move(write));
    if (done) {
      if (claimed->trust_moved) call.ports.hub.trust_changed(code.scope);
      co_return std::move(claimed->enrollment);
    }
    if (done.error().kind == ErrorKind::kNotFound) co_return Fail(no_such_code());
    const bool again = done.error().kind == ErrorKind::kConflict && attempt < kRacesMax;
    if (!again) co_return Fail(std::move(done).error());
  }
}

}  // namespace

Task<Answer> run(const Call& call, domain::RedeemClaim command) {
  SourceBudget& tries = call.ports.code_tries;
  const std::string source = call.actor.source;
  if (tries.exhausted(source, call.ports.clock.monotonic())) co_return Fail(no_such_code());
  const std::string purpose = std::string(domain::kClaimTokenPurpose) + command.id;
  const base::Bytes digest = call.ports.vault.digest(command.token.bytes(), purpose);
  Result<CredentialCode> code = co_await find_claim(call, command.id, digest);
  if (!code) {
    const bool missed = code.error().kind == ErrorKind::kNotFound;
    if (missed) tries.failed(source, call.ports.clock.monotonic());
    if (missed) log::warn("credential.claim_refused", {{"source", source}});
    co_return Fail(std::move(code).error());
  }
  Result<domain::Scope> scope = co_await call.ports.catalog.get_scope(code->scope.text());
  if (!scope) co_return Fail(std::move(scope).error());
  Result<domain::Enrollment> enrollment = co_await redeem(call, command, *code);
  if (!enrollment) co_return Fail(std::move(enrollment).error());
  domain::ClaimRedeemed redeemed;
  redeemed.scope = code->scope;
  redeemed.device = code->device;
  redeemed.model = code->model;
  redeemed.endpoint = endpoint_of(call.ports.settings, *scope);
  Result<std::string> hub = co_await likely_hub_host(call, code->scope, enrollment->hubs);
  if (hub) redeemed.hub_host = *std::move(hub);
  co_return std::move(redeemed);
}

}  // namespace berth::management
