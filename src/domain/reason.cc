#include "domain/reason.h"

#include "domain/names.h"

#include <algorithm>

namespace berth::domain {
namespace {

constexpr Names<Reason, 70> kReasonNames{{
    {Reason::kNone, "none"},
    {Reason::kScopeUnknown, "scope_unknown"},
    {Reason::kScopeDisabled, "scope_disabled"},
    {Reason::kIdInvalid, "id_invalid"},
    {Reason::kNotEnrolled, "not_enrolled"},
    {Reason::kEnrollmentDisabled, "enrollment_disabled"},
    {Reason::kAttestationMismatch, "attestation_mismatch"},
    {Reason::kProofMissing, "proof_missing"},
    {Reason::kProofMalformed, "proof_malformed"},
    {Reason::kProofExpired, "proof_expired"},
    {Reason::kProofExpiryTooFar, "proof_expiry_too_far"},
    {Reason::kProofAudienceMismatch, "proof_audience_mismatch"},
    {Reason::kProofRejected, "proof_rejected"},
    {Reason::kTooManyAttempts, "too_many_attempts"},
    {Reason::kOverloaded, "overloaded"},
    {Reason::kOwnedByOther, "owned_by_other"},
    {Reason::kPayloadInvalid, "payload_invalid"},
    {Reason::kNoHub, "no_hub"},
    {Reason::kHubUnknown, "hub_unknown"},
    {Reason::kDeviceIdTaken, "device_id_taken"},
    {Reason::kOperationUnknown, "operation_unknown"},
    {Reason::kNotRegistered, "not_registered"},
    {Reason::kHostUnknown, "host_unknown"},
    {Reason::kDeviceUnknown, "device_unknown"},
    {Reason::kDeviceDisabled, "device_disabled"},
    {Reason::kTopicForbidden, "topic_forbidden"},
    {Reason::kMessageTooLarge, "message_too_large"},
    {Reason::kDocumentInvalid, "document_invalid"},
    {Reason::kDocumentTooLarge, "document_too_large"},
    {Reason::kVersionNotCurrent, "version_not_current"},
    {Reason::kGroupUnknown, "group_unknown"},
    {Reason::kRegistrationOff, "registration_off"},
    {Reason::kMemberUnknown, "member_unknown"},
    {Reason::kMemberDisabled, "member_disabled"},
    {Reason::kMembersExhausted, "members_exhausted"},
    {Reason::kAlreadyActivated, "already_activated"},
    {Reason::kCredentialMismatch, "credential_mismatch"},
    {Reason::kClockOutOfWindow, "clock_out_of_window"},
    {Reason::kRequestRepeated, "request_repeated"},
    {Reason::kCertificateInvalid, "certificate_invalid"},
    {Reason::kNotBound, "not_bound"},
    {Reason::kAlreadyRegistered, "already_registered"},
    {Reason::kMemberLocked, "member_locked"},
    {Reason::kNotYetRegistered, "not_yet_registered"},
    {Reason::kNotPermitted, "not_permitted"},
    {Reason::kRequestInvalid, "request_invalid"},
    {Reason::kPropertyUnknown, "property_unknown"},
    {Reason::kCertificateExpired, "certificate_expired"},
    {Reason::kCertificateNotYetValid, "certificate_not_yet_valid"},
    {Reason::kCertificateUsage, "certificate_usage"},
    {Reason::kCertificateWeak, "certificate_weak"},
    {Reason::kCertificateExtension, "certificate_extension"},
    {Reason::kCertificateName, "certificate_name"},
    {Reason::kCertificateRevoked, "certificate_revoked"},
    {Reason::kChainTooLong, "chain_too_long"},
    {Reason::kChainIncomplete, "chain_incomplete"},
    {Reason::kCaNotVerified, "ca_not_verified"},
    {Reason::kFirmwareUnknown, "firmware_unknown"},
    {Reason::kFirmwareTooOld, "firmware_too_old"},
    {Reason::kFirmwareNotAccepted, "firmware_not_accepted"},
    {Reason::kFirmwareHeld, "firmware_held"},
    {Reason::kApprovalAwaited, "approval_awaited"},
    {Reason::kModelUnknown, "model_unknown"},
    {Reason::kDeviceBlocked, "device_blocked"},
    {Reason::kChallengeRequired, "challenge_required"},
    {Reason::kChallengeOver, "challenge_over"},
    {Reason::kCertificateRequestInvalid, "certificate_request_invalid"},
    {Reason::kIssuanceOff, "issuance_off"},
    {Reason::kStoreUnavailable, "store_unavailable"},
    {Reason::kInternal, "internal"},
}};
// Every reason is listed and has a name.
static_assert(std::size(kReasons) == static_cast<std::size_t>(Reason::kInternal) + 1);
static_assert(std::equal(kReasonNames.begin(), kReasonNames.end(), std::begin(kReasons),
                         std::end(kReasons),
                         [](const auto& named, Reason reason) { return named.first == reason; }));

constexpr Names<Cause, 97> kCauseNames{{
    {Cause::kGroupKeyUnderived, "group_key_underived"},
    {Cause::kIndividualKeyDerived, "individual_key_derived"},
    {Cause::kWrongCaseId, "wrong_case_id"},
    {Cause::kKeyTextNotDecoded, "key_text_not_decoded"},
    {Cause::kKeyStoredEncodedTwice, "key_stored_encoded_twice"},
    {Cause::kKeyHasWhitespace, "key_has_whitespace"},
    {Cause::kDerivedForOtherId, "derived_for_other_id"},
    {Cause::kKeyOfOtherEnrollment, "key_of_other_enrollment"},
    {Cause::kKeyOfOtherScope, "key_of_other_scope"},
    {Cause::kRetiredKey, "retired_key"},
    {Cause::kIndividualShadowsGroup, "individual_shadows_group"},
    {Cause::kGroupShadowsIndividual, "group_shadows_individual"},
    {Cause::kSignedDecodedResource, "signed_decoded_resource"},
    {Cause::kSignedWithoutExpiry, "signed_without_expiry"},
    {Cause::kSignatureEncoding, "signature_encoding"},
    {Cause::kClockBehind, "clock_behind"},
    {Cause::kClockAhead, "clock_ahead"},
    {Cause::kExpiryInMilliseconds, "expiry_in_milliseconds"},
    {Cause::kTokenReused, "token_reused"},
    {Cause::kScopeOfOtherHost, "scope_of_other_host"},
    {Cause::kScopeSpelling, "scope_spelling"},
    {Cause::kIdSpelling, "id_spelling"},
    {Cause::kTokenForOtherScope, "token_for_other_scope"},
    {Cause::kTokenForOtherDevice, "token_for_other_device"},
    {Cause::kTokenForHub, "token_for_hub"},
    {Cause::kEnrollmentDisabled, "enrollment_disabled"},
    {Cause::kNoHubLinked, "no_hub_linked"},
    {Cause::kHubsExcluded, "hubs_excluded"},
    {Cause::kOwnerDiffers, "owner_differs"},
    {Cause::kNoCredential, "no_credential"},
    {Cause::kKeyNotIssuedYet, "key_not_issued_yet"},
    {Cause::kKeyOfOtherDevice, "key_of_other_device"},
    {Cause::kKeyOfHubPolicy, "key_of_hub_policy"},
    {Cause::kHubPolicyUnfit, "hub_policy_unfit"},
    {Cause::kTokenForProvisioning, "token_for_provisioning"},
    {Cause::kTokenForOtherHub, "token_for_other_hub"},
    {Cause::kDeviceAtOtherHub, "device_at_other_hub"},
    {Cause::kDeviceRemoved, "device_removed"},
    {Cause::kDeviceDisabled, "device_disabled"},
    {Cause::kHostSpelling, "host_spelling"},
    {Cause::kHostOfProvisioning, "host_of_provisioning"},
    {Cause::kTopicOfOtherDevice, "topic_of_other_device"},
    {Cause::kTopicUnknown, "topic_unknown"},
    {Cause::kQosUnsupported, "qos_unsupported"},
    {Cause::kOverLimit, "over_limit"},
    {Cause::kDocumentRule, "document_rule"},
    {Cause::kOtherMacAlgorithm, "other_mac_algorithm"},
    {Cause::kTextWithLineEnd, "text_with_line_end"},
    {Cause::kFieldsReordered, "fields_reordered"},
    {Cause::kFieldsMissing, "fields_missing"},
    {Cause::kSecretCut, "secret_cut"},
    {Cause::kSecretDecoded, "secret_decoded"},
    {Cause::kSecretEnded, "secret_ended"},
    {Cause::kMemberSpelling, "member_spelling"},
    {Cause::kMemberNotListed, "member_not_listed"},
    {Cause::kAdmitsNobody, "admits_nobody"},
    {Cause::kMembersFull, "members_full"},
    {Cause::kActivated, "activated"},
    {Cause::kRepeatedRequest, "repeated_request"},
    {Cause::kOtherCredentialKind, "other_credential_kind"},
    {Cause::kGroupSpelling, "group_spelling"},
    {Cause::kNotProductGroup, "not_product_group"},
    {Cause::kReissuedSince, "reissued_since"},
    {Cause::kIssuedButOther, "issued_but_other"},
    {Cause::kCertificateExpired, "certificate_expired"},
    {Cause::kCertificateOfOther, "certificate_of_other"},
    {Cause::kPasswordOfOtherUse, "password_of_other_use"},
    {Cause::kPasswordOfOtherMember, "password_of_other_member"},
    {Cause::kPasswordSpelling, "password_spelling"},
    {Cause::kPasswordOtherOrder, "password_other_order"},
    {Cause::kPasswordNotDerived, "password_not_derived"},
    {Cause::kMemberLocked, "member_locked"},
    {Cause::kRegisteredAlready, "registered_already"},
    {Cause::kControlledNotRegistered, "controlled_not_registered"},
    {Cause::kSerialOfOther, "serial_of_other"},
    {Cause::kNotControlled, "not_controlled"},
    {Cause::kPermissionMissing, "permission_missing"},
    {Cause::kCaUnproven, "ca_unproven"},
    {Cause::kCaOfOtherScope, "ca_of_other_scope"},
    {Cause::kIntermediateMissing, "intermediate_missing"},
    {Cause::kCertificateReplaced, "certificate_replaced"},
    {Cause::kCertificateOfEnrollment, "certificate_of_enrollment"},
    {Cause::kCommonNameDiffers, "common_name_differs"},
    {Cause::kCertificateTimes, "certificate_times"},
    {Cause::kCertificateRevoked, "certificate_revoked"},
    {Cause::kCertificateShape, "certificate_shape"},
    {Cause::kFirmwareChanged, "firmware_changed"},
    {Cause::kFirmwareNotListed, "firmware_not_listed"},
    {Cause::kEndorsementKeyOfOther, "endorsement_key_of_other"},
    {Cause::kStorageRootKeyChanged, "storage_root_key_changed"},
    {Cause::kChallengeStale, "challenge_stale"},
    {Cause::kIssuanceOff, "issuance_off"},
    {Cause::kNobodyCreatedIt, "nobody_created_it"},
    {Cause::kTemplateMissing, "template_missing"},
    {Cause::kBlockedByOperator, "blocked_by_operator"},
    {Cause::kGuessing, "guessing"},
    {Cause::kUnexplained, "unexplained"},
}};
// Every cause is listed and has a name.
static_assert(std::size(kCauses) == static_cast<std::size_t>(Cause::kUnexplained) + 1);
static_assert(std::equal(kCauseNames.begin(), kCauseNames.end(), std::begin(kCauses),
                         std::end(kCauses),
                         [](const auto& named, Cause cause) { return named.first == cause; }));

}  // namespace

std::string_view to_string(Reason reason) { return name_of(kReasonNames, reason); }

std::optional<Reason> parse_reason(std::string_view text) { return value_of(kReasonNames, text); }

std::string_view to_string(Cause cause) { return name_of(kCauseNames, cause); }

std::optional<Cause> parse_cause(std::string_view text) { return value_of(kCauseNames, text); }

bool may_be_guessing(Reason reason) {
  switch (reason) {
    case Reason::kScopeUnknown:
    case Reason::kIdInvalid:
    case Reason::kNotEnrolled:
    case Reason::kHostUnknown:
    case Reason::kDeviceUnknown:
    case Reason::kAttestationMismatch:
    case Reason::kProofMissing:
    case Reason::kProofMalformed:
    case Reason::kProofExpired:
    case Reason::kProofExpiryTooFar:
    case Reason::kProofAudienceMismatch:
    case Reason::kProofRejected:
    case Reason::kGroupUnknown:
    case Reason::kClockOutOfWindow:
    case Reason::kCertificateInvalid:
    case Reason::kMemberLocked:
    case Reason::kCertificateName:
    case Reason::kChainIncomplete:
    case Reason::kCaNotVerified:
      return true;
    case Reason::kCertificateExpired:
    case Reason::kCertificateNotYetValid:
    case Reason::kCertificateUsage:
    case Reason::kCertificateWeak:
    case Reason::kCertificateExtension:
    case Reason::kCertificateRevoked:
    case Reason::kChainTooLong:
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
    case Reason::kNone:
    case Reason::kScopeDisabled:
    case Reason::kEnrollmentDisabled:
    case Reason::kTooManyAttempts:
    case Reason::kOverloaded:
    case Reason::kOwnedByOther:
    case Reason::kPayloadInvalid:
    case Reason::kNoHub:
    case Reason::kHubUnknown:
    case Reason::kDeviceIdTaken:
    case Reason::kOperationUnknown:
    case Reason::kNotRegistered:
    case Reason::kDeviceDisabled:
    case Reason::kTopicForbidden:
    case Reason::kMessageTooLarge:
    case Reason::kDocumentInvalid:
    case Reason::kDocumentTooLarge:
    case Reason::kVersionNotCurrent:
    case Reason::kRegistrationOff:
    case Reason::kMemberUnknown:
    case Reason::kMemberDisabled:
    case Reason::kMembersExhausted:
    case Reason::kAlreadyActivated:
    case Reason::kCredentialMismatch:
    case Reason::kRequestRepeated:
    case Reason::kNotBound:
    case Reason::kAlreadyRegistered:
    case Reason::kNotYetRegistered:
    case Reason::kNotPermitted:
    case Reason::kRequestInvalid:
    case Reason::kPropertyUnknown:
    case Reason::kStoreUnavailable:
    case Reason::kInternal:
      return false;
  }
  return false;
}

}  // namespace berth::domain
