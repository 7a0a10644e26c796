#include "domain/revocation.h"
#include "provisioning/steps.h"

#include <fmt/format.h>

#include <utility>

namespace berth::provisioning {
namespace {

using domain::Approval;
using domain::Reason;
using domain::RegistrationStatus;
using domain::TrailOutcome;

domain::Registration begin_registration(const Attempt& attempt, const Identified& identified,
                                        const domain::Enrollment& enrollment) {
  domain::Registration registration;
  if (identified.dossier->current) {
    registration = *identified.dossier->current;
  } else {
    registration.scope = enrollment.scope;
    registration.id = identified.registration;
    registration.created_at = attempt.trail.started_at;
  }
  const bool keeps_owner = identified.for_controller && identified.dossier->current;
  if (!keeps_owner) registration.enrollment = {enrollment.kind, enrollment.id};
  registration.updated_at = attempt.trail.started_at;
  registration.operation_id = attempt.operation_id;
  registration.payload = attempt.claim.payload;
  // A device that names none this time is what it said before.
  if (!attempt.claim.model.empty()) registration.model = model_of(attempt.claim);
  const bool known = find_template(*identified.snapshot, registration.model) != nullptr;
  registration.template_id = known ? registration.model : std::string();
  return registration;
}

// What only proofs by certificate or TPM leave behind.
void record_proof(domain::Registration& registration, const Proven& proven) {
  registration.attestation = attestation_name(proven.enrollment->attestation);
  registration.measured = proven.attested.measured;
  if (!proven.attested.storage_root_key.empty()) {
    registration.storage_root_key = proven.attested.storage_root_key;
  }
}

// What every poll is to tell from now on.
void record_credential(Assignment& assignment, const domain::Credential& credential) {
  domain::Registration& registration = assignment.registration;
  registration.activation.clear();
  registration.issued_chain.clear();
  if (const auto* key = std::get_if<domain::IssuedTpmKey>(&credential)) {
    registration.activation = key->activation;
  } else if (const auto* chain = std::get_if<domain::IssuedChain>(&credential)) {
    registration.issued_chain = chain->certificates;
    assignment.issued = chain->record;
  }
}

domain::AuditRecord audit_of(const Attempt& attempt, const domain::Registration& registration,
                             std::string action, std::string detail) {
  domain::AuditRecord audit;
  audit.at = attempt.trail.started_at;
  audit.actor = actor_of(attempt, registration.scope, registration.id.text());
  audit.source = attempt.trail.source;
  audit.action = std::move(action);
  audit.scope = registration.scope.text();
  audit.target = registration.id.text();
  audit.detail = std::move(detail);
  return audit;
}

std::unique_ptr<Assignment> begin_assignment(const Attempt& attempt, const Identified& identified,
                                             const Proven& proven) {
  auto assignment = std::make_unique<Assignment>();
  assignment->registration = begin_registration(attempt, identified, *proven.enrollment);
  record_proof(assignment->registration, proven);
  if (identified.dossier->current) {
    assignment->expected_version = identified.dossier->current->version;
  }
  assignment->trail = attempt.trail;
  assignment->trail.enrollment = reference_text(*proven.enrollment);
  return assignment;
}

}  // namespace

Task<Result<void, Refusal>> check_revoked(RegistrationStore& store, Attempt& attempt,
                                          const Proven& proven) {
  Result<std::optional<domain::RevokedCertificate>> revoked =
      co_await store.find_revoked(proven.enrollment->scope, proven.attested.certificates);
  if (!revoked) co_return Fail(store_refusal(revoked.error()));
  if (!*revoked) co_return Result<void, Refusal>();
  attempt.trail.findings = {finding_of(**revoked)};
  co_return Fail(Refusal{
      Reason::kCertificateRevoked, "certificates that nobody revoked", describe(**revoked), {}});
}

std::unique_ptr<Assignment> make_assignment(const Attempt& attempt, const Identified& identified,
                                            const Proven& proven, const Placement& placement,
                                            Issued& issued) {
  std::unique_ptr<Assignment> assignment = begin_assignment(attempt, identified, proven);
  domain::Registration& registration = assignment->registration;
  registration.status = RegistrationStatus::kAssigned;
  registration.substatus = placement.substatus;
  registration.reason = Reason::kNone;
  registration.hub = placement.hub;
  registration.hub_host = placement.hub_host;
  registration.device_id = placement.device_id;
  if (registration.approval == Approval::kWaiting) registration.approval = Approval::kNone;
  assignment->device = std::move(issued.device);
  record_credential(*assignment, issued.credential);
  assignment->uses_challenge =
      std::holds_alternative<domain::TpmKeys>(proven.enrollment->attestation);
  record_member(*assignment, attempt, identified, *proven.enrollment);
  assignment->keeps_twin = placement.keeps_twin;
  assignment->leaves = placement.leaves;
  assignment->trail.outcome = TrailOutcome::kAssigned;
  assignment->trail.reason = Reason::kNone;
  assignment->trail.hub = placement.hub.text();
  assignment->trail.device_id = placement.device_id.text();
  // Ids and hub names have no character that JSON would have to escape.
  assignment->audit =
      audit_of(attempt, registration,
               identified.dossier->current ? "registration.reassign" : "registration.assign",
               fmt::format(R"({{"hub":"{}","deviceId":"{}","enrollment":"{}","substatus":"{}"}})",
                           placement.hub.text(), placement.device_id.text(),
                           assignment->trail.enrollment, to_string(placement.substatus)));
  return assignment;
}

std::unique_ptr<Assignment> make_failure(const Attempt& attempt, const Identified& identified,
                                         const Proven& proven, const Refusal& refusal) {
  std::unique_ptr<Assignment> assignment = begin_assignment(attempt, identified, proven);
  domain::Registration& registration = assignment->registration;
  registration.status = RegistrationStatus::kFailed;
  registration.substatus = domain::Substatus::kNone;
  registration.reason = refusal.reason;
  const bool waits =
      refusal.reason == Reason::kApprovalAwaited || refusal.reason == Reason::kModelUnknown;
  if (waits) registration.approval = Approval::kWaiting;
  assignment->trail.outcome = TrailOutcome::kFailed;
  assignment->trail.reason = refusal.reason;
  assignment->trail.findings = explain_no_place(identified, *proven.enrollment, refusal);
  assignment->audit =
      audit_of(attempt, registration, "registration.fail",
               fmt::format(R"({{"reason":"{}","enrollment":"{}"}})", to_string(refusal.reason),
                           assignment->trail.enrollment));
  return assignment;
}

Task<Result<domain::Registration, Unrecorded>> record(RegistrationStore& store,
                                                      std::unique_ptr<Assignment> assignment) {
  const std::string device_text =
      assignment->device ? fmt::format("device id '{}' at hub '{}'", assignment->device->id.text(),
                                       assignment->device->hub.text())
                         : std::string();
  Result<domain::Registration> committed = co_await store.commit(std::move(assignment));
  if (committed) co_return *std::move(committed);

  const Error& error = committed.error();
  Unrecorded unrecorded;
  if (error.kind == ErrorKind::kConflict && error.what.starts_with(kLostRaceWord)) {
    unrecorded.why = Unrecorded::Why::kLostRace;
    // For the case that it is lost too often: something writes this registration all the time.
    unrecorded.refusal = {Reason::kStoreUnavailable, "a registration nobody else is writing",
                          "one that changed every time", std::chrono::seconds(1)};
  } else if (error.kind == ErrorKind::kConflict && error.what.starts_with(kDeviceIdTakenWord)) {
    unrecorded.why = Unrecorded::Why::kDeviceIdTaken;
    unrecorded.refusal = {Reason::kDeviceIdTaken, "a device id that is free", device_text, {}};
  } else if (error.kind == ErrorKind::kConflict && error.what.starts_with(kMembersExhaustedWord)) {
    unrecorded.refusal = {
        Reason::kMembersExhausted, "a group that takes one more", base::printable(error.what), {}};
  } else {
    unrecorded.refusal = store_refusal(error);
  }
  co_return Fail(std::move(unrecorded));
}

}  // namespace berth::provisioning
