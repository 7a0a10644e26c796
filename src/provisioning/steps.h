// The six steps of the one path, each in the file of its name, in the order pipeline.cc takes them.
// Attest, authorize, allocate and issue are pure decisions over what identify loaded (for issue, of
// a device that registers again, identity_before() reads one thing more); record is the one write.
//
// Room provisioning. Thread rule: as Provisioning, one io_context. References passed to the
// coroutines are awaited across by the caller.
#pragma once

#include "domain/claim.h"
#include "provisioning/attempt.h"
#include "provisioning/ports/allocator.h"
#include "provisioning/ports/attestor.h"
#include "provisioning/ports/issuer.h"
#include "provisioning/ports/registrations.h"
#include "provisioning/scope_cache.h"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace berth::provisioning {

// ---- identify: which enrollments may prove this claim -------------------------------------------

struct Identified {
  domain::RegistrationId registration;
  std::unique_ptr<const Dossier> dossier;  // never null
  std::shared_ptr<const ScopeSnapshot> snapshot;
  std::string fresh_id;         // as Attempt's
  bool for_controller = false;  // the claim is of a device that is to control the member
};

// Reasons: kIdInvalid, kScopeUnknown, kNotEnrolled (there is nothing to try), kStoreUnavailable,
// kInternal.
Task<Result<Identified, Refusal>> identify(RegistrationStore& store, ScopeCache& scopes,
                                           const Attempt& attempt);
std::string describe(const Identified& identified);
// The same for a claim with a membership (membership.cc). Reasons: kGroupUnknown, kIdInvalid,
// kProofMalformed, kStoreUnavailable, kInternal.
Task<Result<Identified, Refusal>> identify_member(RegistrationStore& store, ScopeCache& scopes,
                                                  const Attempt& attempt);
// Whether the group is known by its name alone, so that nobody searches through it.
bool is_named_only(const domain::Enrollment& enrollment);

// ---- attest: is the proof good ------------------------------------------------------------------

struct Proven {
  const domain::Enrollment* enrollment = nullptr;  // lives in Identified
  Attested attested;
};

struct AttestWith {
  std::span<const std::unique_ptr<Attestor>> attestors;
  TimePoint now;
  bool may_search = true;  // whether all groups may be tried; false: only the one that owns the id
  bool registers = false;
};

// What attestors get of the claim and of what identify found; refers to both.
AttestInput input_for(const AttestWith& with, const domain::Claim& claim,
                      const Identified& identified,
                      std::span<const domain::Enrollment* const> candidates);

// Individual before group, even when it is disabled; the owner's group before the others. Reasons:
// kProofMissing, those of Attestor::attest, kAttestationMismatch, kNotEnrolled (no group proves an
// id that nobody owns), kTooManyAttempts (a search would be needed and is not allowed).
Result<Proven, Refusal> attest(const AttestWith& with, const domain::Claim& claim,
                               const Identified& identified);

// ---- authorize: may this enrollment act for this id ---------------------------------------------

struct AuthorizeWith {
  TimePoint now;
  std::size_t payload_bytes_max = 0;
  bool as_controller = false;  // Attested::as_controller
};

// Reasons: kScopeDisabled, kEnrollmentDisabled, kOwnedByOther, kPayloadInvalid, kIssuanceOff, those
// of authorize_member.
Result<void, Refusal> authorize(const domain::Claim& claim, const Identified& identified,
                                const domain::Enrollment& enrollment, const AuthorizeWith& with);

// What a group with a product secret asks of a member beyond that (membership.cc). Reasons:
// kRegistrationOff, kOwnedByOther, kMemberDisabled, kMemberUnknown, kCredentialMismatch,
// kRequestRepeated, kAlreadyActivated.
Result<void, Refusal> authorize_member(const domain::Claim& claim, const Identified& identified,
                                       const domain::ProductSecret& product, TimePoint now);
// The same for groups with passwords (member_passwords.cc). Reasons: kMemberDisabled,
// kAlreadyRegistered, kOwnedByOther, kNotYetRegistered, kDeviceDisabled.
Result<void, Refusal> authorize_password_member(const domain::Claim& claim,
                                                const Identified& identified,
                                                const domain::MemberPasswords& passwords,
                                                bool as_controller);
// Whether the device gets again what it was issued before.
bool keeps_credential(const Identified& identified, const domain::Enrollment& enrollment);

// ---- hold: may it come in now, or must it wait for an operator (approve.cc)
// ----------------------

// Reasons: kDeviceBlocked, kApprovalAwaited, kModelUnknown. Only for a device that registers for
// itself, proven and allowed.
std::optional<Refusal> withhold(const domain::Claim& claim, const Identified& identified,
                                const domain::Enrollment& enrollment);
// Why, for the trail; empty for other reasons.
std::vector<domain::Finding> explain_withheld(const Identified& identified, const Refusal& refusal);
// The model that the claim names, as it is kept: one that is no model id is made printable and
// matches no template.
std::string model_of(const domain::Claim& claim);
// Null if the scope has none of that id.
const domain::TemplateTwin* find_template(const ScopeSnapshot& snapshot, std::string_view model);

// ---- allocate: where does the device belong -----------------------------------------------------

struct Placement {
  domain::HubName hub;
  std::string hub_host;
  domain::DeviceId device_id;
  domain::Substatus substatus = domain::Substatus::kInitialAssignment;
  bool keeps_twin = false;
  std::optional<std::pair<domain::HubName, domain::DeviceId>> leaves;
  std::string detail;  // for the trail
};

// Follows the reprovision policy for a device that has an identity (azure-dps.md §7.3). Reasons:
// kNoHub, kHubUnknown, those of Allocator::choose.
Result<Placement, Refusal> allocate(std::span<const std::unique_ptr<Allocator>> allocators,
                                    const Identified& identified,
                                    const domain::Enrollment& enrollment);
// Why there is no place, for the trail of a failed registration.
std::vector<domain::Finding> explain_no_place(const Identified& identified,
                                              const domain::Enrollment& enrollment,
                                              const Refusal& refusal);

// ---- issue: the credential for the hub ----------------------------------------------------------

// The identity that the registration has had so far, if any. Reasons: kStoreUnavailable, kInternal.
Task<Result<std::optional<domain::Device>, Refusal>> identity_before(RegistrationStore& store,
                                                                     const Identified& identified);

struct IssueWith {
  std::span<const std::unique_ptr<Issuer>> issuers;
  const domain::Device* before = nullptr;
  TimePoint now;
  const domain::Claim* claim = nullptr;  // never null
};

struct Issued {
  domain::Device device;          // the identity to write; make_assignment() takes it
  domain::Credential credential;  // what the device is handed
};

std::string describe(const Issued& issued);

// Reasons: kInternal, kDeviceDisabled (of a member).
Result<Issued, Refusal> issue(const IssueWith& with, const Identified& identified,
                              const Proven& proven, const Placement& placement);

// ---- record: one transaction, on disk before anybody hears of it --------------------------------

// The line in the roster and what the registration remembers of the request (membership.cc); does
// nothing for a claim without a membership.
void record_member(Assignment& assignment, const Attempt& attempt, const Identified& identified,
                   const domain::Enrollment& enrollment);
// The part of it for groups with passwords (member_passwords.cc).
void record_password_member(Assignment& assignment, const Attempt& attempt,
                            const Identified& identified);
// The proof was a controller's, and a member's control password: what is written then.
std::unique_ptr<ControlTaken> make_control(const Attempt& attempt, const Identified& identified,
                                           const domain::Enrollment& enrollment);
// What a refused password counts as; none when it is no password of a member.
std::optional<WrongGuess> wrong_guess(const Attempt& attempt, const Identified& identified,
                                      const Refusal& refusal);
// Who asks, for the audit: the device, or the operator who vouched for it.
std::string actor_of(const Attempt& attempt, const domain::ScopeId& scope, std::string_view id);
// What a successful attempt writes.
std::unique_ptr<Assignment> make_assignment(const Attempt& attempt, const Identified& identified,
                                            const Proven& proven, const Placement& placement,
                                            Issued& issued);
// What one writes that was proven and allowed but has no place; the identity it had, if any, stays.
std::unique_ptr<Assignment> make_failure(const Attempt& attempt, const Identified& identified,
                                         const Proven& proven, const Refusal& refusal);

struct Unrecorded {
  enum class Why { kLostRace, kDeviceIdTaken, kRefused } why = Why::kRefused;
  Refusal refusal;
};
// Whether none of the certificates that vouch for the device is revoked (there is one at least);
// else the trail gets the cause. Reasons: kCertificateRevoked, kStoreUnavailable, kInternal.
Task<Result<void, Refusal>> check_revoked(RegistrationStore& store, Attempt& attempt,
                                          const Proven& proven);
Task<Result<domain::Registration, Unrecorded>> record(RegistrationStore& store,
                                                      std::unique_ptr<Assignment> assignment);

// ---- shared -------------------------------------------------------------------------------------

// Trouble of the store as a refusal; logged.
Refusal store_refusal(const Error& error);
// "group/line-7".
std::string reference_text(const domain::Enrollment& enrollment);
// "group 'line-7'".
std::string name_text(const domain::Enrollment& enrollment);

}  // namespace berth::provisioning
