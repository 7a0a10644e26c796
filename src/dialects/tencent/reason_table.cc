#include "dialects/tencent/reason_table.h"

namespace berth::dialects::tencent {
namespace {

using domain::Reason;

constexpr std::string_view kSignatureFailure = "AuthFailure.SignatureFailure";
constexpr std::string_view kSignatureExpire = "AuthFailure.SignatureExpire";
constexpr std::string_view kInvalid = "InvalidParameter";
constexpr std::string_view kMissing = "MissingParameter";
constexpr std::string_view kLimit = "LimitExceeded";
constexpr std::string_view kFailed = "FailedOperation";
constexpr std::string_view kInternal = "InternalError";

// 1010 and its text were seen in the wild, the texts of 1005 and 1006 are documented; the other
// numbers and texts are those of §2.5, from 1011 on ours.
Fault internal_error() { return {1500, kInternal, "internal error"}; }
Fault timestamp_expired() { return {1003, kSignatureExpire, "timestamp expired"}; }
Fault no_product() { return {1004, kFailed, "product not exists"}; }
Fault registration_off() {
  return {1005, kFailed, "Not support dynamic device register, please check setting first"};
}
Fault device_disabled() { return {1009, kFailed, "device disabled"}; }
Fault name_in_use() { return {1011, kFailed, "device name already in use"}; }
Fault no_hub() { return {1012, kFailed, "product has no hub"}; }

}  // namespace

Fault invalid_parameter() { return {1001, kInvalid, "invalid parameter"}; }
Fault missing_parameter() { return {1001, kMissing, "invalid parameter"}; }
Fault signature_failure() { return {1010, kSignatureFailure, "Check signature failed"}; }
Fault own_certificate() {
  return {1013, "UnsupportedOperation", "certificates of the device's own are not supported"};
}
Fault method_not_allowed() { return {1016, "UnsupportedOperation", "method not allowed"}; }

// What is of other operations, never of a registration, is an error of ours.
Fault fault_for(Reason reason) {
  switch (reason) {
    case Reason::kIdInvalid:
    case Reason::kProofMalformed:
    case Reason::kPayloadInvalid:
      return invalid_parameter();
    case Reason::kProofMissing:
      return missing_parameter();
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
      return {1002, kLimit, "too many requests"};
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kClockOutOfWindow:
      return timestamp_expired();
    case Reason::kScopeUnknown:
    case Reason::kNotEnrolled:
    case Reason::kGroupUnknown:
      return no_product();
    case Reason::kScopeDisabled:
    case Reason::kEnrollmentDisabled:
    case Reason::kRegistrationOff:
      return registration_off();
    case Reason::kMemberUnknown:
      return {1006, kFailed, "Pre create mode: device not exists"};
    case Reason::kAlreadyActivated:
      return {1007, kFailed, "device already activated"};
    case Reason::kMembersExhausted:
      return {1008, kLimit, "register limit exceeded"};
    case Reason::kMemberDisabled:
    case Reason::kDeviceDisabled:
      return device_disabled();
    case Reason::kAttestationMismatch:
    case Reason::kProofAudienceMismatch:
    case Reason::kProofRejected:
      return signature_failure();
    case Reason::kOwnedByOther:
    case Reason::kDeviceIdTaken:
      return name_in_use();
    case Reason::kNoHub:
    case Reason::kHubUnknown:
      return no_hub();
    case Reason::kCredentialMismatch:
      return {1014, kFailed, "product issues another kind of credential"};
    case Reason::kRequestRepeated:
      return {1015, kFailed, "request repeated"};
    case Reason::kStoreUnavailable:
      return {1503, kInternal, "service unavailable"};
    case Reason::kOperationUnknown:
    case Reason::kNotRegistered:
    case Reason::kHostUnknown:
    case Reason::kDeviceUnknown:
    case Reason::kTopicForbidden:
    case Reason::kMessageTooLarge:
    case Reason::kDocumentInvalid:
    case Reason::kDocumentTooLarge:
    case Reason::kVersionNotCurrent:
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
    case Reason::kNone:
    case Reason::kInternal:
      return internal_error();
  }
  return internal_error();
}

}  // namespace berth::dialects::tencent
