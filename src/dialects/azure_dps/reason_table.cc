#include "dialects/azure_dps/reason_table.h"

#include <fmt/format.h>

#include <utility>

namespace berth::dialects::azure_dps {
namespace {

using domain::Reason;
using wire::MqttConnectCode;

// 401002, 404201, 400208 and 429001 were seen in the wild; the numbers 400001, 400004, 413001,
// 500001 and 503001 are those of the hub service, which the .NET SDK's table reuses; 409001 and
// 405000 are ours (azure-dps.md §1.6).
Fault unauthorized() { return {401002, "Unauthorized"}; }
Fault bad_certificate() { return {401002, "Invalid certificate"}; }
Fault not_found() { return {404201, "Not found"}; }

}  // namespace

Fault fault_for(Reason reason) {
  switch (reason) {
    case Reason::kScopeUnknown:
      return not_found();
    case Reason::kIdInvalid:
      return {400004, "Invalid registration id"};
    case Reason::kScopeDisabled:
    case Reason::kNotEnrolled:
    case Reason::kEnrollmentDisabled:
    case Reason::kAttestationMismatch:
    case Reason::kProofMissing:
    case Reason::kProofMalformed:
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kProofRejected:
    case Reason::kOwnedByOther:
    case Reason::kFirmwareUnknown:
    case Reason::kFirmwareTooOld:
    case Reason::kFirmwareNotAccepted:
    case Reason::kFirmwareHeld:
    case Reason::kApprovalAwaited:
    case Reason::kModelUnknown:
    case Reason::kDeviceBlocked:
    case Reason::kChallengeRequired:
    case Reason::kChallengeOver:
      return unauthorized();
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
      return bad_certificate();
    case Reason::kCertificateRequestInvalid:
      return {400004, "Invalid certificate signing request"};
    case Reason::kIssuanceOff:
      return {400004, "Certificates are not issued for this enrollment"};
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
      return {429001, "Too many requests"};
    case Reason::kPayloadInvalid:
      return {400004, "Invalid payload"};
    case Reason::kNoHub:
    case Reason::kHubUnknown:
      return {400208, "No IoT hub is available for this enrollment"};
    case Reason::kDeviceIdTaken:
      return {409001, "The device id is already in use"};
    case Reason::kOperationUnknown:
    case Reason::kNotRegistered:
      return not_found();
    case Reason::kStoreUnavailable:
      return {503001, "Service unavailable"};
    // Of the hub or of members of named groups, never of this dialect's devices.
    case Reason::kHostUnknown:
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
    case Reason::kNotBound:
    case Reason::kDeviceUnknown:
    case Reason::kDeviceDisabled:
    case Reason::kTopicForbidden:
    case Reason::kMessageTooLarge:
    case Reason::kDocumentInvalid:
    case Reason::kDocumentTooLarge:
    case Reason::kVersionNotCurrent:
    case Reason::kNone:
    case Reason::kInternal:
      return {500001, "Internal server error"};
  }
  return {500001, "Internal server error"};
}

MqttConnectCode connect_code_for(Reason reason) {
  return fault_for(reason).transient() ? MqttConnectCode::kServerUnavailable
                                       : MqttConnectCode::kNotAuthorized;
}

Fault bad_version() {
  return {400001, "The api-version is missing or is not a date such as 2021-10-01"};
}
Fault bad_request(std::string what) { return {400004, std::move(what)}; }
Fault too_large(std::size_t bytes_max) {
  return {413001, fmt::format("The request body is larger than {} bytes", bytes_max)};
}
Fault no_such_route() { return not_found(); }
Fault wrong_method() { return {405000, "Method not allowed"}; }

}  // namespace berth::dialects::azure_dps
