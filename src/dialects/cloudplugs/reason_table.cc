#include "dialects/cloudplugs/reason_table.h"

#include "base/codec.h"
#include "dialects/cloudplugs/json_out.h"

namespace berth::dialects::cloudplugs {
namespace {

using domain::Reason;

constexpr std::size_t kMessageBytesMax = 200;

constexpr Failure kNotEnrollable{403, "wrong model, serial number or password"};
constexpr Failure kTooMany{503, "too many attempts, try again later"};
constexpr Failure kUnavailable{503, "service unavailable"};
constexpr Failure kNoPlace{503, "no hub for this template"};
constexpr Failure kDisabled{403, "disabled"};
constexpr Failure kInternalError{500, "internal error"};
constexpr Failure kTaken{403, "serial number in use"};

}  // namespace

Failure enrollment_failure(Reason reason) {
  switch (reason) {
    case Reason::kProofMissing:
    case Reason::kProofMalformed:
    case Reason::kPayloadInvalid:
    case Reason::kRequestInvalid:
    case Reason::kDocumentInvalid:
    case Reason::kDocumentTooLarge:
    case Reason::kMessageTooLarge:
      return kUnreadable;
    case Reason::kScopeUnknown:
    case Reason::kIdInvalid:
    case Reason::kNotEnrolled:
    case Reason::kGroupUnknown:
    case Reason::kMemberUnknown:
    case Reason::kMemberLocked:
    case Reason::kAttestationMismatch:
    case Reason::kProofRejected:
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
      return kNotEnrollable;
    case Reason::kAlreadyRegistered:
    case Reason::kAlreadyActivated:
      return {403, "already enrolled"};
    case Reason::kNotYetRegistered:
    case Reason::kNotRegistered:
      return {404, "thing not enrolled"};
    case Reason::kOwnedByOther:
    case Reason::kDeviceIdTaken:
      return kTaken;
    case Reason::kScopeDisabled:
    case Reason::kEnrollmentDisabled:
    case Reason::kMemberDisabled:
    case Reason::kDeviceDisabled:
    case Reason::kRegistrationOff:
      return kDisabled;
    case Reason::kNotPermitted:
    case Reason::kNotBound:
    case Reason::kCredentialMismatch:
    case Reason::kRequestRepeated:
    case Reason::kClockOutOfWindow:
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
      return kNotAllowed;
    case Reason::kMembersExhausted:
      return {402, "quota exceeded"};
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
      return kTooMany;
    case Reason::kNoHub:
    case Reason::kHubUnknown:
      return kNoPlace;
    case Reason::kStoreUnavailable:
      return kUnavailable;
    // Of other operations, never of an enrolment.
    case Reason::kOperationUnknown:
    case Reason::kHostUnknown:
    case Reason::kDeviceUnknown:
    case Reason::kTopicForbidden:
    case Reason::kVersionNotCurrent:
    case Reason::kPropertyUnknown:
    case Reason::kNone:
    case Reason::kInternal:
      return kInternalError;
  }
  return kInternalError;
}

Failure data_failure(Reason reason) {
  switch (reason) {
    case Reason::kProofMissing:
    case Reason::kProofMalformed:
    case Reason::kProofRejected:
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kAttestationMismatch:
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
    case Reason::kScopeUnknown:
    case Reason::kIdInvalid:
    case Reason::kNotEnrolled:
    case Reason::kGroupUnknown:
    case Reason::kMemberUnknown:
    case Reason::kMemberLocked:
    case Reason::kDeviceUnknown:
    case Reason::kNotRegistered:
      return kNoCredentials;
    case Reason::kScopeDisabled:
    case Reason::kEnrollmentDisabled:
    case Reason::kMemberDisabled:
    case Reason::kDeviceDisabled:
    case Reason::kRegistrationOff:
      return kDisabled;
    case Reason::kNotPermitted:
    case Reason::kTopicForbidden:
    case Reason::kNotBound:
    case Reason::kCredentialMismatch:
    case Reason::kRequestRepeated:
    case Reason::kClockOutOfWindow:
    case Reason::kAlreadyActivated:
    case Reason::kAlreadyRegistered:
      return kNotAllowed;
    case Reason::kOwnedByOther:
    case Reason::kDeviceIdTaken:
      return kTaken;
    case Reason::kMembersExhausted:
      return {402, "quota exceeded"};
    case Reason::kPropertyUnknown:
      return {404, "no such property"};
    case Reason::kNotYetRegistered:
      return {404, "thing not enrolled"};
    case Reason::kRequestInvalid:
    case Reason::kPayloadInvalid:
    case Reason::kDocumentInvalid:
    case Reason::kDocumentTooLarge:
    case Reason::kMessageTooLarge:
      return kUnreadable;
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
      return kTooMany;
    case Reason::kNoHub:
    case Reason::kHubUnknown:
    case Reason::kHostUnknown:
      return kNoPlace;
    case Reason::kVersionNotCurrent:  // somebody else wrote at the same time
    case Reason::kStoreUnavailable:
      return kUnavailable;
    case Reason::kOperationUnknown:
    case Reason::kNone:
    case Reason::kInternal:
      return kInternalError;
  }
  return kInternalError;
}

std::string failure_body(const Failure& failure) { return failure_body(failure, failure.message); }

std::string failure_body(const Failure& failure, std::string_view message) {
  return JsonObject()
      .json("err", std::to_string(failure.code))
      .text("msg", base::printable(message, kMessageBytesMax))
      .take();
}

}  // namespace berth::dialects::cloudplugs
