#include "dialects/tencent/result_codes.h"

namespace berth::dialects::tencent {

using domain::Reason;

ResultCode result_code_for(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return kSuccess;
    case Reason::kDocumentInvalid:
    case Reason::kPayloadInvalid:
    case Reason::kIdInvalid:
      return {400, "the document breaks a rule"};
    case Reason::kDeviceDisabled:
    case Reason::kMemberDisabled:
    case Reason::kScopeDisabled:
    case Reason::kEnrollmentDisabled:
    case Reason::kProofExpired:
    case Reason::kTopicForbidden:
      return {403, "not allowed"};
    case Reason::kNotBound:
      return {403, "not bound to this gateway"};
    case Reason::kDeviceUnknown:
    case Reason::kMemberUnknown:
    case Reason::kGroupUnknown:
    case Reason::kNotRegistered:
      return {404, "no such device"};
    case Reason::kVersionNotCurrent:
      return {409, "the version is not the current one"};
    case Reason::kMessageTooLarge:
    case Reason::kDocumentTooLarge:
      return {413, "too large"};
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
      return {429, "too many requests"};
    case Reason::kStoreUnavailable:
      return {503, "try again"};
    // Of registrations and of connecting, never of a request on a connection.
    case Reason::kScopeUnknown:
    case Reason::kNotEnrolled:
    case Reason::kAttestationMismatch:
    case Reason::kProofMissing:
    case Reason::kProofMalformed:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kProofRejected:
    case Reason::kOwnedByOther:
    case Reason::kNoHub:
    case Reason::kHubUnknown:
    case Reason::kDeviceIdTaken:
    case Reason::kOperationUnknown:
    case Reason::kHostUnknown:
    case Reason::kRegistrationOff:
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
    case Reason::kInternal:
      return {};
  }
  return {};
}

int gateway_result_for(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return kGatewaySuccess;
    case Reason::kNotBound:
      return kGatewayNotBound;
    case Reason::kIdInvalid:
    case Reason::kDeviceUnknown:
    case Reason::kMemberUnknown:
    case Reason::kGroupUnknown:
    case Reason::kNotRegistered:
      return kGatewayUnknownDevice;
    case Reason::kProofMissing:
    case Reason::kProofMalformed:
    case Reason::kProofRejected:
    case Reason::kProofAudienceMismatch:
    case Reason::kAttestationMismatch:
    case Reason::kCredentialMismatch:
      return kGatewayBadSignature;
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
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
      return kGatewaySignatureExpired;
    case Reason::kDeviceDisabled:
    case Reason::kMemberDisabled:
    case Reason::kScopeDisabled:
    case Reason::kEnrollmentDisabled:
    case Reason::kTopicForbidden:
    case Reason::kOwnedByOther:
    case Reason::kDeviceIdTaken:
    case Reason::kAlreadyActivated:
    case Reason::kRegistrationOff:
    case Reason::kMembersExhausted:
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
      return kGatewayNotAllowed;
    case Reason::kAlreadyRegistered:
    case Reason::kMemberLocked:
    case Reason::kNotYetRegistered:
    case Reason::kNotPermitted:
    case Reason::kRequestInvalid:
    case Reason::kPropertyUnknown:
    case Reason::kMessageTooLarge:
    case Reason::kPayloadInvalid:
    case Reason::kDocumentInvalid:
    case Reason::kDocumentTooLarge:
    case Reason::kVersionNotCurrent:
      return kGatewayMalformed;
    case Reason::kScopeUnknown:
    case Reason::kNotEnrolled:
    case Reason::kNoHub:
    case Reason::kHubUnknown:
    case Reason::kHostUnknown:
    case Reason::kOperationUnknown:
    case Reason::kStoreUnavailable:
    case Reason::kInternal:
      return kGatewayTrouble;
  }
  return kGatewayTrouble;
}

}  // namespace berth::dialects::tencent
