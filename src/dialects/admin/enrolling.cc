#include "dialects/admin/enrolling.h"

#include "dialects/admin/members.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <utility>

namespace berth::dialects::admin {
namespace {

using domain::Reason;

domain::Caller caller(const Enrolling& enrolling, const std::string& source) {
  return {enrolling.token->clone(), source};
}

Error internal(std::string what) { return {ErrorKind::kInternal, std::move(what), ""}; }

// The group as far as commands that mend something name it.
domain::Enrollment group_of(const Enrolling& enrolling) {
  domain::Enrollment group;
  group.scope = domain::ScopeId::trusted(enrolling.scope);
  group.kind = domain::EnrollmentKind::kGroup;
  group.id = domain::EnrollmentId::trusted(enrolling.group);
  return group;
}

// What it comes to for the operator.
enum class Trouble {
  kRegistered,
  kMemberDisabled,
  kLocked,
  kGroupDisabled,
  kScopeDisabled,
  kNoHub,
  kIdTaken,
  kOfOther,
  kVoucherOver,
  kGone,
  kTooMany,
  kStore,
  kOurs,
};

// Most of what can be wrong was found by management before it vouched; provisioning decides
// nevertheless, and between the two things may change.
Trouble trouble_of(Reason reason) {
  switch (reason) {
    case Reason::kAlreadyRegistered:
    case Reason::kAlreadyActivated:
      return Trouble::kRegistered;
    case Reason::kMemberDisabled:
      return Trouble::kMemberDisabled;
    case Reason::kMemberLocked:
      return Trouble::kLocked;
    case Reason::kEnrollmentDisabled:
    case Reason::kRegistrationOff:
      return Trouble::kGroupDisabled;
    case Reason::kScopeDisabled:
      return Trouble::kScopeDisabled;
    case Reason::kNoHub:
    case Reason::kHubUnknown:
      return Trouble::kNoHub;
    case Reason::kDeviceIdTaken:
      return Trouble::kIdTaken;
    case Reason::kOwnedByOther:
      return Trouble::kOfOther;
    case Reason::kProofExpired:
    case Reason::kProofRejected:
    case Reason::kProofMissing:
    case Reason::kProofMalformed:
      return Trouble::kVoucherOver;
    case Reason::kScopeUnknown:
    case Reason::kGroupUnknown:
    case Reason::kNotEnrolled:
    case Reason::kMemberUnknown:
      return Trouble::kGone;
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
      return Trouble::kTooMany;
    case Reason::kStoreUnavailable:
      return Trouble::kStore;
    case Reason::kNone:
    case Reason::kIdInvalid:
    case Reason::kAttestationMismatch:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kPayloadInvalid:
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
    case Reason::kMembersExhausted:
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
    case Reason::kNotBound:
    case Reason::kNotYetRegistered:
    case Reason::kNotPermitted:
    case Reason::kRequestInvalid:
    case Reason::kPropertyUnknown:
    case Reason::kInternal:
      return Trouble::kOurs;
  }
  return Trouble::kOurs;
}

Error refusal(const Enrolling& enrolling, Reason reason) {
  const domain::Enrollment group = group_of(enrolling);
  const std::string member =
      fmt::format("member '{}' of group '{}'", base::printable(enrolling.name, 128),
                  base::printable(enrolling.group, 128));
  const auto serial = [&](std::string_view verb, std::string_view flags = {}) {
    return domain::mend::thing_serial(verb, group, enrolling.name, flags);
  };
  const auto error = [&](ErrorKind kind, std::string_view what, std::string mend) {
    return Error{kind, fmt::format("{} {}", member, what), std::move(mend)};
  };
  constexpr ErrorKind kConflict = ErrorKind::kConflict;
  switch (trouble_of(reason)) {
    case Trouble::kRegistered:
      return error(kConflict, "is registered already, and what its device has is good",
                   "to end that and give it a new password, send {\"reissue\": true}: " +
                       serial("enroll", "--reissue"));
    case Trouble::kMemberDisabled:
      return error(kConflict, "is disabled", "enable it first: " + serial("restore"));
    case Trouble::kLocked:
      return error(kConflict, "is locked after wrong passwords",
                   "unlock it first: " + serial("unlock"));
    case Trouble::kGroupDisabled:
      return error(kConflict, "cannot register, because its group is disabled",
                   "enable the group first: " +
                       domain::mend::thing_template("update", group, "--status enabled"));
    case Trouble::kScopeDisabled:
      return error(kConflict, "cannot register, because its scope is disabled",
                   "enable the scope first: " + domain::mend::enable_scope(enrolling.scope));
    case Trouble::kNoHub:
      return error(kConflict, "has no hub to go to",
                   "link one to the scope; see: " + domain::mend::list_links(enrolling.scope));
    case Trouble::kIdTaken:
      return error(kConflict, "was to get a device id that another device has",
                   "try again: another id is made");
    case Trouble::kOfOther:
      return error(kConflict, "has an id that is registered to another enrollment",
                   "see whose it is: " + domain::mend::list_registrations(enrolling.scope));
    case Trouble::kVoucherOver:
      return error(kConflict, "was vouched for, and that was over when it was to register",
                   "try again; if it happens again, compare the clocks of the servers");
    case Trouble::kGone:
      return error(ErrorKind::kNotFound, "is not there any more",
                   "see who is: " + domain::mend::thing_serial("list", group, ""));
    case Trouble::kTooMany:
      return error(ErrorKind::kTooMany, "waits: this address made too many attempts that failed",
                   "wait half a minute and try again");
    case Trouble::kStore:
      return error(ErrorKind::kUnavailable, "waits: the store did not answer in time",
                   "try again; it may be registered all the same");
    case Trouble::kOurs:
      return error(ErrorKind::kInternal,
                   fmt::format("could not be registered: {}", to_string(reason)), "");
  }
  return internal("an unknown reason");
}

}  // namespace

Enrolling read_enrolling(Incoming& in) {
  Enrolling enrolling;
  enrolling.scope = in.path("scope");
  enrolling.group = in.path("enrollment");
  enrolling.name = in.path("member");
  if (in.has_body()) enrolling.reissue = in.body().fields.flag("reissue").value_or(false);
  return enrolling;
}

EnrollCommand begin_enrolling(const Enrolling& enrolling, const std::string& source) {
  return Manage{caller(enrolling, source),
                domain::VouchForMember{enrolling.scope, enrolling.group, enrolling.name}};
}

Result<EnrollCommand> continue_enrolling(Enrolling& enrolling, const std::string& source,
                                         Result<domain::ManagementResult> answer) {
  if (!answer) return Fail(std::move(answer).error());
  if (auto* vouched = std::get_if<domain::Vouched>(&*answer)) {
    enrolling.claim = std::move(vouched->claim);
    if (enrolling.reissue) {
      return Manage{caller(enrolling, source),
                    domain::ResetMember{enrolling.scope, enrolling.group, enrolling.name}};
    }
  } else if (!std::holds_alternative<domain::MemberView>(*answer) || !enrolling.claim) {
    return Fail(internal("the answer does not belong to this request"));
  }
  return Provision{domain::Register{*enrolling.claim}};
}

Result<boost::json::object> enrolled(const Enrolling& enrolling, domain::Outcome outcome) {
  if (const auto* refused = std::get_if<domain::Refused>(&outcome.result)) {
    Error error = refusal(enrolling, refused->reason);
    if (!outcome.trail_id.empty()) error.mend += fmt::format(" (trail {})", outcome.trail_id);
    return Fail(std::move(error));
  }
  const auto* accepted = std::get_if<domain::Accepted>(&outcome.result);
  const auto* issued =
      accepted == nullptr ? nullptr : std::get_if<domain::IssuedPassword>(&accepted->credential);
  if (issued == nullptr) return Fail(internal("the member was issued no password"));
  boost::json::object out;
  out["deviceId"] = text(accepted->registration.device_id.text());
  out["password"] = text(issued->password.text());
  out["hub"] = text(accepted->registration.hub.text());
  return out;
}

}  // namespace berth::dialects::admin
