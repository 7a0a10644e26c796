#include "domain/reason.h"

namespace berth::domain {

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::kNone:
      return "none";
    case Reason::kScopeUnknown:
      return "scope_unknown";
    case Reason::kScopeDisabled:
      return "scope_disabled";
    case Reason::kIdInvalid:
      return "id_invalid";
    case Reason::kNotEnrolled:
      return "not_enrolled";
    case Reason::kEnrollmentDisabled:
      return "enrollment_disabled";
    case Reason::kAttestationMismatch:
      return "attestation_mismatch";
    case Reason::kProofMissing:
      return "proof_missing";
    case Reason::kProofMalformed:
      return "proof_malformed";
    case Reason::kProofExpired:
      return "proof_expired";
    case Reason::kProofExpiryTooFar:
      return "proof_expiry_too_far";
    case Reason::kProofAudienceMismatch:
      return "proof_audience_mismatch";
    case Reason::kProofRejected:
      return "proof_rejected";
    case Reason::kTooManyAttempts:
      return "too_many_attempts";
    case Reason::kOwnedByOther:
      return "owned_by_other";
    case Reason::kPayloadInvalid:
      return "payload_invalid";
    case Reason::kNoHub:
      return "no_hub";
    case Reason::kHubUnknown:
      return "hub_unknown";
    case Reason::kDeviceIdTaken:
      return "device_id_taken";
    case Reason::kOperationUnknown:
      return "operation_unknown";
    case Reason::kNotRegistered:
      return "not_registered";
    case Reason::kHostUnknown:
      return "host_unknown";
    case Reason::kDeviceUnknown:
      return "device_unknown";
    case Reason::kDeviceDisabled:
      return "device_disabled";
    case Reason::kTopicForbidden:
      return "topic_forbidden";
    case Reason::kMessageTooLarge:
      return "message_too_large";
    case Reason::kDocumentInvalid:
      return "document_invalid";
    case Reason::kDocumentTooLarge:
      return "document_too_large";
    case Reason::kVersionNotCurrent:
      return "version_not_current";
    case Reason::kStoreUnavailable:
      return "store_unavailable";
    case Reason::kInternal:
      return "internal";
  }
  return "internal";
}

std::optional<Reason> parse_reason(std::string_view text) {
  for (const Reason reason : kReasons) {
    if (to_string(reason) == text) return reason;
  }
  return std::nullopt;
}

std::string_view to_string(Cause cause) {
  switch (cause) {
    case Cause::kGroupKeyUnderived:
      return "group_key_underived";
    case Cause::kIndividualKeyDerived:
      return "individual_key_derived";
    case Cause::kWrongCaseId:
      return "wrong_case_id";
    case Cause::kKeyTextNotDecoded:
      return "key_text_not_decoded";
    case Cause::kKeyStoredEncodedTwice:
      return "key_stored_encoded_twice";
    case Cause::kKeyHasWhitespace:
      return "key_has_whitespace";
    case Cause::kDerivedForOtherId:
      return "derived_for_other_id";
    case Cause::kKeyOfOtherEnrollment:
      return "key_of_other_enrollment";
    case Cause::kKeyOfOtherScope:
      return "key_of_other_scope";
    case Cause::kRetiredKey:
      return "retired_key";
    case Cause::kIndividualShadowsGroup:
      return "individual_shadows_group";
    case Cause::kGroupShadowsIndividual:
      return "group_shadows_individual";
    case Cause::kSignedDecodedResource:
      return "signed_decoded_resource";
    case Cause::kSignedWithoutExpiry:
      return "signed_without_expiry";
    case Cause::kSignatureEncoding:
      return "signature_encoding";
    case Cause::kClockBehind:
      return "clock_behind";
    case Cause::kClockAhead:
      return "clock_ahead";
    case Cause::kExpiryInMilliseconds:
      return "expiry_in_milliseconds";
    case Cause::kTokenReused:
      return "token_reused";
    case Cause::kScopeOfOtherHost:
      return "scope_of_other_host";
    case Cause::kScopeSpelling:
      return "scope_spelling";
    case Cause::kIdSpelling:
      return "id_spelling";
    case Cause::kTokenForOtherScope:
      return "token_for_other_scope";
    case Cause::kTokenForOtherDevice:
      return "token_for_other_device";
    case Cause::kTokenForHub:
      return "token_for_hub";
    case Cause::kEnrollmentDisabled:
      return "enrollment_disabled";
    case Cause::kNoHubLinked:
      return "no_hub_linked";
    case Cause::kHubsExcluded:
      return "hubs_excluded";
    case Cause::kOwnerDiffers:
      return "owner_differs";
    case Cause::kNoCredential:
      return "no_credential";
    case Cause::kKeyNotIssuedYet:
      return "key_not_issued_yet";
    case Cause::kKeyOfOtherDevice:
      return "key_of_other_device";
    case Cause::kKeyOfHubPolicy:
      return "key_of_hub_policy";
    case Cause::kHubPolicyUnfit:
      return "hub_policy_unfit";
    case Cause::kTokenForProvisioning:
      return "token_for_provisioning";
    case Cause::kTokenForOtherHub:
      return "token_for_other_hub";
    case Cause::kDeviceAtOtherHub:
      return "device_at_other_hub";
    case Cause::kDeviceRemoved:
      return "device_removed";
    case Cause::kDeviceDisabled:
      return "device_disabled";
    case Cause::kHostSpelling:
      return "host_spelling";
    case Cause::kHostOfProvisioning:
      return "host_of_provisioning";
    case Cause::kTopicOfOtherDevice:
      return "topic_of_other_device";
    case Cause::kTopicUnknown:
      return "topic_unknown";
    case Cause::kQosUnsupported:
      return "qos_unsupported";
    case Cause::kOverLimit:
      return "over_limit";
    case Cause::kDocumentRule:
      return "document_rule";
    case Cause::kGuessing:
      return "guessing";
    case Cause::kUnexplained:
      return "unexplained";
  }
  return "unexplained";
}

std::optional<Cause> parse_cause(std::string_view text) {
  for (const Cause cause : kCauses) {
    if (to_string(cause) == text) return cause;
  }
  return std::nullopt;
}

}  // namespace berth::domain
