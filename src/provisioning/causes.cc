#include "provisioning/causes.h"

#include "domain/mend.h"
#include "provisioning/near_misses.h"

#include <fmt/format.h>

#include <utility>

namespace berth::provisioning {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::Finding;
using domain::Reason;

// The enrollment that the trail names, with what mending commands need of it.
domain::Enrollment named_in(const domain::Trail& trail) {
  domain::Enrollment enrollment;
  const std::size_t slash = trail.enrollment.find('/');
  if (slash == std::string::npos) return enrollment;
  enrollment.kind = domain::parse_enrollment_kind(trail.enrollment.substr(0, slash))
                        .value_or(domain::EnrollmentKind::kIndividual);
  enrollment.id = domain::EnrollmentId::trusted(trail.enrollment.substr(slash + 1));
  enrollment.scope = domain::ScopeId::trusted(trail.scope);
  return enrollment;
}

std::string name_text(const domain::EnrollmentRef& ref) {
  return fmt::format("{} '{}'", to_string(ref.kind), ref.id.text());
}

Finding disabled(const domain::Trail& trail) {
  const domain::Enrollment enrollment = named_in(trail);
  return {Cause::kEnrollmentDisabled, true,
          fmt::format("The proof is good, but {} is disabled.",
                      name_text({enrollment.kind, enrollment.id})),
          mend::enable(enrollment)};
}

Finding owned_by_other(const domain::Trail& trail, const CaseFile& file) {
  const domain::Enrollment claimant = named_in(trail);
  const std::string owner = file.current
                                ? fmt::format("{} since {}", name_text(file.current->enrollment),
                                              base::format_utc(file.current->created_at, 0))
                                : std::string("another enrollment");
  return {Cause::kOwnerDiffers, true,
          fmt::format("The proof is good for {}, but '{}' belongs to {}.",
                      name_text({claimant.kind, claimant.id}), trail.registration_id, owner),
          mend::transfer(trail.scope, trail.registration_id, claimant)};
}

Finding nothing_presented() {
  return {Cause::kNoCredential, true,
          "The device presented nothing: no token, no password, no certificate.",
          "give the device its key, and check that its client is set to use it"};
}

Finding too_many(const domain::Trail& trail) {
  return {Cause::kGuessing, true,
          fmt::format("Too many failed attempts came from {}; what it does next is refused "
                      "without a closer look.",
                      trail.source),
          "mend the devices behind that address; the earlier trails say what is wrong"};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n\"'";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<Finding> invalid_id(const domain::Claim& claim) {
  const std::string_view inner = trimmed(claim.registration_id);
  if (inner == claim.registration_id || !domain::RegistrationId::parse(inner)) return {};
  return {{Cause::kIdSpelling, true,
           fmt::format("There are blanks or quotes around the registration id '{}'.", inner),
           fmt::format("set the registration id in the device to '{}'", inner)}};
}

Finding said(std::string text, std::string mend_text) {
  return {Cause::kUnexplained, false, std::move(text), std::move(mend_text)};
}

Finding polls_another(const domain::Trail& trail) {
  return said(
      "The device polls an operation that it did not begin last: it registers on several "
      "connections at once, or sends an id of its own.",
      mend::show_registration(trail.scope, trail.registration_id));
}

Finding issues_none(const domain::Trail& trail, const CaseFile& file) {
  std::string mend = "let the enrollment issue certificates, or the device ask for none";
  for (const domain::Enrollment& each : file.candidates) {
    const std::string reference = fmt::format("{}/{}", to_string(each.kind), each.id.text());
    if (reference == trail.enrollment) mend = mend::update(each, "--issue-certificates 30");
  }
  return {Cause::kIssuanceOff, true,
          "The device asks for a certificate, and its enrollment issues none.", std::move(mend)};
}

}  // namespace

std::vector<Finding> plain_causes(const domain::Claim& claim, const domain::Trail& trail,
                                  const CaseFile& file) {
  switch (trail.reason) {
    case Reason::kEnrollmentDisabled:
      return {disabled(trail)};
    case Reason::kOwnedByOther:
      return {owned_by_other(trail, file)};
    case Reason::kProofMissing:
      return {nothing_presented()};
    case Reason::kTooManyAttempts:
      return {too_many(trail)};
    case Reason::kOverloaded:
      return {
          said("More devices arrived at once than the server could serve soon; the device was "
               "told when to come again.",
               "nothing, if it registered later; a device that gives up when it is told to "
               "come again must be started again")};
    case Reason::kIssuanceOff:
      return {issues_none(trail, file)};
    case Reason::kIdInvalid:
      return invalid_id(claim);
    case Reason::kScopeDisabled:
      return {said("The whole scope is switched off.", mend::enable_scope(trail.scope))};
    case Reason::kOperationUnknown:
      return {polls_another(trail)};
    case Reason::kNotRegistered:
      return {said("The device asks for its state before it has ever registered.",
                   "let the device register first")};
    case Reason::kPayloadInvalid:
      return {said("The custom payload is too large.", "send a smaller payload")};
    case Reason::kStoreUnavailable:
      return {said("The store did not answer in time; the device was told to try again.",
                   "berth doctor")};
    case Reason::kInternal:
      return {said("Something failed inside the server; its log has a line of the same second.",
                   "berth doctor")};
    case Reason::kNone:
    case Reason::kScopeUnknown:
    case Reason::kNotEnrolled:
    case Reason::kAttestationMismatch:
    case Reason::kProofMalformed:
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kProofRejected:
    case Reason::kNoHub:
    case Reason::kHubUnknown:
    case Reason::kDeviceIdTaken:
    case Reason::kHostUnknown:
    case Reason::kDeviceUnknown:
    case Reason::kDeviceDisabled:
    case Reason::kTopicForbidden:
    case Reason::kMessageTooLarge:
    case Reason::kDocumentInvalid:
    case Reason::kDocumentTooLarge:
    case Reason::kVersionNotCurrent:
    case Reason::kGroupUnknown:
    case Reason::kRegistrationOff:
    case Reason::kMemberUnknown:
    case Reason::kMemberDisabled:
    case Reason::kMembersExhausted:
    case Reason::kAlreadyActivated:
    case Reason::kCredentialMismatch:
    case Reason::kClockOutOfWindow:
    case Reason::kRequestRepeated:
    case Reason::kCertificateInvalid:
    case Reason::kCertificateExpired:
    case Reason::kCertificateNotYetValid:
    case Reason::kCertificateUsage:
    case Reason::kCertificateWeak:
    case Reason::kCertificateExtension:
    case Reason::kCertificateName:
    case Reason::kCertificateRevoked:
    case Reason::kChainTooLong:
    case Reason::kChainIncomplete:
    case Reason::kCaNotVerified:
    case Reason::kFirmwareUnknown:
    case Reason::kFirmwareTooOld:
    case Reason::kFirmwareNotAccepted:
    case Reason::kFirmwareHeld:
    case Reason::kApprovalAwaited:
    case Reason::kModelUnknown:
    case Reason::kDeviceBlocked:
    case Reason::kChallengeRequired:
    case Reason::kChallengeOver:
    case Reason::kCertificateRequestInvalid:
    case Reason::kAlreadyRegistered:
    case Reason::kMemberLocked:
    case Reason::kNotYetRegistered:
    case Reason::kNotPermitted:
    case Reason::kRequestInvalid:
    case Reason::kPropertyUnknown:
    case Reason::kNotBound:
      return {};  // of connections (connection_causes.h) and of members (member_causes.h)
  }
  return {};
}

std::vector<Finding> id_near_misses(const domain::Claim& claim, const CaseFile& file) {
  std::vector<std::string> ids;
  for (const domain::Enrollment& each : file.same_scope) {
    if (each.kind == domain::EnrollmentKind::kIndividual) ids.push_back(each.id.text());
  }
  std::vector<Finding> findings;
  for (const auto& [edits, id] : nearest_of(claim.registration_id, std::move(ids))) {
    if (base::equals_ignoring_case(id, claim.registration_id)) continue;
    findings.push_back(
        {Cause::kIdSpelling, false,
         fmt::format("There is no enrollment '{}', but one '{}' ({} characters differ).",
                     base::printable(claim.registration_id), id, edits),
         mend::create_individual(claim.scope, claim.registration_id)});
  }
  return findings;
}

std::vector<Finding> scope_near_misses(const domain::Claim& claim, const Neighbours& neighbours) {
  std::vector<Finding> findings;
  const std::string sent = base::printable(claim.scope, 64);
  for (const domain::Scope& scope : neighbours.scopes) {
    if (scope.service_host.empty() || claim.host.empty()) continue;
    if (!base::equals_ignoring_case(scope.service_host, claim.host)) continue;
    findings.push_back({Cause::kScopeOfOtherHost, false,
                        fmt::format("Host '{}' is that of scope '{}', but the device sent the ID "
                                    "scope '{}'.",
                                    base::printable(claim.host), scope.id.text(), sent),
                        fmt::format("set the ID scope in the device to '{}'", scope.id.text())});
  }
  std::vector<std::string> ids;
  for (const domain::Scope& scope : neighbours.scopes) ids.push_back(scope.id.text());
  const std::string word(trimmed(claim.scope));
  for (const auto& [edits, id] : nearest_of(word, std::move(ids))) {
    const std::string what = edits == 0 ? std::string("it differs in case or in blanks around it")
                                        : fmt::format("{} characters differ", edits);
    findings.push_back({Cause::kScopeSpelling, false,
                        fmt::format("There is no scope '{}', but one '{}': {}.", sent, id, what),
                        fmt::format("set the ID scope in the device to '{}'", id)});
  }
  return findings;
}

Finding unexplained(const domain::Claim& claim, const domain::Trail& trail) {
  switch (trail.reason) {
    case Reason::kScopeUnknown:
      return said("No scope of this server has an ID like that.", mend::list_scopes());
    case Reason::kNotEnrolled:
      return said("Nothing is enrolled under that id or one like it, and no key of a group fits.",
                  mend::create_individual(claim.scope, claim.registration_id));
    case Reason::kProofMalformed:
      return said("What the device sent cannot be read as a proof: see what was received.",
                  "build the token as docs/reasons.md shows under proof_malformed");
    case Reason::kIdInvalid:
      return said("The registration id breaks the rules for ids: see what was expected.",
                  "give the device another registration id");
    case Reason::kAttestationMismatch:
      return said("The enrollment expects another kind of proof than the device sent.",
                  "let the device use that kind, or enroll it anew with the kind it has");
    case Reason::kProofRejected:
      return said(
          "No key this server knows gives that signature, used rightly or in any of the "
          "known wrong ways: the device has another key.",
          trail.enrollment.empty() ? mend::list_scopes() : mend::show(named_in(trail)));
    case Reason::kNone:
    case Reason::kScopeDisabled:
    case Reason::kEnrollmentDisabled:
    case Reason::kProofMissing:
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
    case Reason::kOwnedByOther:
    case Reason::kPayloadInvalid:
    case Reason::kNoHub:
    case Reason::kHubUnknown:
    case Reason::kDeviceIdTaken:
    case Reason::kOperationUnknown:
    case Reason::kNotRegistered:
    case Reason::kHostUnknown:
    case Reason::kDeviceUnknown:
    case Reason::kDeviceDisabled:
    case Reason::kTopicForbidden:
    case Reason::kMessageTooLarge:
    case Reason::kDocumentInvalid:
    case Reason::kDocumentTooLarge:
    case Reason::kVersionNotCurrent:
    case Reason::kGroupUnknown:
    case Reason::kRegistrationOff:
    case Reason::kMemberUnknown:
    case Reason::kMemberDisabled:
    case Reason::kMembersExhausted:
    case Reason::kAlreadyActivated:
    case Reason::kCredentialMismatch:
    case Reason::kClockOutOfWindow:
    case Reason::kRequestRepeated:
    case Reason::kCertificateInvalid:
    case Reason::kCertificateExpired:
    case Reason::kCertificateNotYetValid:
    case Reason::kCertificateUsage:
    case Reason::kCertificateWeak:
    case Reason::kCertificateExtension:
    case Reason::kCertificateName:
    case Reason::kCertificateRevoked:
    case Reason::kChainTooLong:
    case Reason::kChainIncomplete:
    case Reason::kCaNotVerified:
    case Reason::kFirmwareUnknown:
    case Reason::kFirmwareTooOld:
    case Reason::kFirmwareNotAccepted:
    case Reason::kFirmwareHeld:
    case Reason::kApprovalAwaited:
    case Reason::kModelUnknown:
    case Reason::kDeviceBlocked:
    case Reason::kChallengeRequired:
    case Reason::kChallengeOver:
    case Reason::kCertificateRequestInvalid:
    case Reason::kIssuanceOff:
    case Reason::kAlreadyRegistered:
    case Reason::kMemberLocked:
    case Reason::kNotYetRegistered:
    case Reason::kNotPermitted:
    case Reason::kRequestInvalid:
    case Reason::kPropertyUnknown:
    case Reason::kNotBound:
    case Reason::kStoreUnavailable:
    case Reason::kInternal:
      break;
  }
  return said("None of the known mistakes explains it: see what was expected and received.",
              "compare the device's settings with its enrollment");
}

}  // namespace berth::provisioning
