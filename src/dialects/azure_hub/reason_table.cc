#include "dialects/azure_hub/reason_table.h"

namespace berth::dialects::azure_hub {
namespace {

using domain::Reason;
using wire::MqttConnectCode;

// The numbers are those of §5.8; the messages are ours.
constexpr Fault kUnauthorized{401002, "Unauthorized"};
constexpr Fault kServerError{500001, "Internal server error"};

}  // namespace

Fault fault_for(Reason reason) {
  switch (reason) {
    case Reason::kHostUnknown:
    case Reason::kAttestationMismatch:
    case Reason::kProofMissing:
    case Reason::kProofMalformed:
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kProofRejected:
    case Reason::kDeviceDisabled:
    case Reason::kScopeDisabled:
    case Reason::kEnrollmentDisabled:
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
      return kUnauthorized;
    case Reason::kDeviceUnknown:
      return {404001, "The hub has no such device"};
    case Reason::kIdInvalid:
      return {400004, "Not a device id"};
    case Reason::kTopicForbidden:
      return {400003, "Not a topic of this device"};
    case Reason::kDocumentInvalid:
    case Reason::kPayloadInvalid:
      return {400004, "The document breaks a rule for twins"};
    case Reason::kVersionNotCurrent:
      return {412001, "The version is not the current one"};
    case Reason::kMessageTooLarge:
      return {413001, "The message is too large"};
    case Reason::kDocumentTooLarge:
      return {413001, "The document would be too large"};
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
      return {429001, "Too many requests"};
    case Reason::kStoreUnavailable:
      return {503001, "Service unavailable"};
    // Of provisioning, never of a hub.
    case Reason::kScopeUnknown:
    case Reason::kGroupUnknown:
    case Reason::kRegistrationOff:
    case Reason::kMemberUnknown:
    case Reason::kMemberDisabled:
    case Reason::kMembersExhausted:
    case Reason::kAlreadyActivated:
    case Reason::kCredentialMismatch:
    case Reason::kClockOutOfWindow:
    case Reason::kRequestRepeated:
    case Reason::kAlreadyRegistered:
    case Reason::kMemberLocked:
    case Reason::kNotYetRegistered:
    case Reason::kNotPermitted:
    case Reason::kRequestInvalid:
    case Reason::kPropertyUnknown:
    case Reason::kNotEnrolled:
    case Reason::kOwnedByOther:
    case Reason::kNoHub:
    case Reason::kHubUnknown:
    case Reason::kDeviceIdTaken:
    case Reason::kOperationUnknown:
    case Reason::kNotRegistered:
    case Reason::kNone:
    case Reason::kInternal:
      return kServerError;
  }
  return kServerError;
}

MqttConnectCode connect_code_for(Reason reason) {
  return fault_for(reason).status() >= 429 ? MqttConnectCode::kServerUnavailable
                                           : MqttConnectCode::kNotAuthorized;
}

}  // namespace berth::dialects::azure_hub
