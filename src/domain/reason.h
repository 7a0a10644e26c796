// Why an attempt ended as it did: one closed enum in domain words. Each dialect owns a total switch
// from Reason to its vendor's codes (no default:, so a new reason fails to compile where it
// matters) and docs/reasons.md has one entry for each (checked by tests/architecture).
//
// Room domain. Thread rule: plain values.
#pragma once

#include <optional>
#include <string_view>

namespace berth::domain {

enum class Reason {
  kNone,                    // it succeeded
  kScopeUnknown,            // no scope has that ID scope
  kScopeDisabled,           // the operator switched the whole scope off
  kIdInvalid,               // the registration id breaks the rules for ids
  kNotEnrolled,             // no individual enrollment, and no group proves it
  kEnrollmentDisabled,      // the enrollment that matched is switched off
  kAttestationMismatch,     // the enrollment expects another kind of proof
  kProofMissing,            // no token, password or certificate was presented
  kProofMalformed,          // what was presented cannot be read
  kProofExpired,            // its expiry has passed
  kProofExpiryTooFar,       // its expiry is further away than allowed
  kProofAudienceMismatch,   // it was made for another scope, device or host
  kProofRejected,           // the signature does not verify with any key of the enrollment
  kTooManyAttempts,         // this source has used up its budget of failed attempts
  kOverloaded,              // more devices arrive at once than the server can serve soon
  kOwnedByOther,            // the registration id belongs to another enrollment
  kPayloadInvalid,          // the device's payload breaks a limit or is not what it must be
  kNoHub,                   // no hub is a candidate for this enrollment
  kHubUnknown,              // the enrollment names a hub that is not linked to the scope
  kDeviceIdTaken,           // another device has that device id at that hub
  kOperationUnknown,        // the polled operation does not exist for this device
  kNotRegistered,           // a status was asked for a device that never registered
  kHostUnknown,             // no hub has the host name that the device connects to
  kDeviceUnknown,           // the hub has no device of that id
  kDeviceDisabled,          // an operator switched the device off
  kTopicForbidden,          // a topic or filter that is none, or is another device's
  kMessageTooLarge,         // a message over the limit
  kDocumentInvalid,         // a twin patch that breaks a rule
  kDocumentTooLarge,        // a twin that would outgrow a limit
  kVersionNotCurrent,       // a patch based on a version that is not the current one
  kGroupUnknown,            // no group of that name takes product secrets
  kRegistrationOff,         // the group admits nobody
  kMemberUnknown,           // the group's roster does not list that name
  kMemberDisabled,          // an operator switched the member off
  kMembersExhausted,        // as many members as the group takes have been made by request
  kAlreadyActivated,        // it has connected with what it was issued and may not register again
  kCredentialMismatch,      // it wants another kind of credential than the group issues
  kClockOutOfWindow,        // the time in the request is too far from ours
  kRequestRepeated,         // an equal request was answered a short while ago
  kCertificateInvalid,      // a client certificate that is not good now
  kNotBound,                // the device is no gateway of the one it speaks for
  kAlreadyRegistered,       // it is registered and must be reset before it may register again
  kMemberLocked,            // too many wrong passwords in a row; waits, or an operator unlocks it
  kNotYetRegistered,        // the member that is to be controlled has not registered
  kNotPermitted,            // it may not do that to that device
  kRequestInvalid,          // what it asks for breaks a rule of what can be asked
  kPropertyUnknown,         // no property of that name
  kCertificateExpired,      // a certificate of the chain whose time is over
  kCertificateNotYetValid,  // one whose time has not come
  kCertificateUsage,        // one that may not be used for this: no client, or no CA
  kCertificateWeak,         // a key or signature algorithm that is not good enough
  kCertificateExtension,    // a critical extension that is not understood
  kCertificateName,         // its CN is not the id of the device
  kCertificateRevoked,      // an operator revoked it
  kChainTooLong,            // more certificates than a chain may have
  kChainIncomplete,         // no way from the leaf to a CA of the scope
  kCaNotVerified,           // the chain ends at a CA whose possession is not proven
  kFirmwareUnknown,         // measured firmware that the enrollment does not accept
  kFirmwareTooOld,          // older than the enrollment accepts
  kFirmwareNotAccepted,     // of another vendor or model, in debug mode, or not measured
  kFirmwareHeld,            // unknown firmware that waits for an operator
  kApprovalAwaited,         // a device nobody has created waits for an operator
  kModelUnknown,            // no template has the model it names, and the scope holds such devices
  kDeviceBlocked,           // an operator blocked it
  kChallengeRequired,       // the TPM must answer a challenge first
  kChallengeOver,           // the challenge has expired, was used or is another's
  kCertificateRequestInvalid,  // a request for a certificate that cannot be granted
  kIssuanceOff,                // the enrollment issues no certificates
  kStoreUnavailable,           // the store did not answer in time
  kInternal,                   // a bug of ours; the log has more
};

// All reasons, in order.
inline constexpr Reason kReasons[] = {
    Reason::kNone,
    Reason::kScopeUnknown,
    Reason::kScopeDisabled,
    Reason::kIdInvalid,
    Reason::kNotEnrolled,
    Reason::kEnrollmentDisabled,
    Reason::kAttestationMismatch,
    Reason::kProofMissing,
    Reason::kProofMalformed,
    Reason::kProofExpired,
    Reason::kProofExpiryTooFar,
    Reason::kProofAudienceMismatch,
    Reason::kProofRejected,
    Reason::kTooManyAttempts,
    Reason::kOverloaded,
    Reason::kOwnedByOther,
    Reason::kPayloadInvalid,
    Reason::kNoHub,
    Reason::kHubUnknown,
    Reason::kDeviceIdTaken,
    Reason::kOperationUnknown,
    Reason::kNotRegistered,
    Reason::kHostUnknown,
    Reason::kDeviceUnknown,
    Reason::kDeviceDisabled,
    Reason::kTopicForbidden,
    Reason::kMessageTooLarge,
    Reason::kDocumentInvalid,
    Reason::kDocumentTooLarge,
    Reason::kVersionNotCurrent,
    Reason::kGroupUnknown,
    Reason::kRegistrationOff,
    Reason::kMemberUnknown,
    Reason::kMemberDisabled,
    Reason::kMembersExhausted,
    Reason::kAlreadyActivated,
    Reason::kCredentialMismatch,
    Reason::kClockOutOfWindow,
    Reason::kRequestRepeated,
    Reason::kCertificateInvalid,
    Reason::kNotBound,
    Reason::kAlreadyRegistered,
    Reason::kMemberLocked,
    Reason::kNotYetRegistered,
    Reason::kNotPermitted,
    Reason::kRequestInvalid,
    Reason::kPropertyUnknown,
    Reason::kCertificateExpired,
    Reason::kCertificateNotYetValid,
    Reason::kCertificateUsage,
    Reason::kCertificateWeak,
    Reason::kCertificateExtension,
    Reason::kCertificateName,
    Reason::kCertificateRevoked,
    Reason::kChainTooLong,
    Reason::kChainIncomplete,
    Reason::kCaNotVerified,
    Reason::kFirmwareUnknown,
    Reason::kFirmwareTooOld,
    Reason::kFirmwareNotAccepted,
    Reason::kFirmwareHeld,
    Reason::kApprovalAwaited,
    Reason::kModelUnknown,
    Reason::kDeviceBlocked,
    Reason::kChallengeRequired,
    Reason::kChallengeOver,
    Reason::kCertificateRequestInvalid,
    Reason::kIssuanceOff,
    Reason::kStoreUnavailable,
    Reason::kInternal,
};

// "proof_rejected": as stored, in the API, the CLI and docs/reasons.md.
std::string_view to_string(Reason reason);
std::optional<Reason> parse_reason(std::string_view text);

// Whether a refusal for it can come from somebody who is guessing: all before the proof is good.
bool may_be_guessing(Reason reason);

// The likely cause of a refusal, found by testing rival hypotheses (provisioning/explain.h). A
// proven cause verified: the same check passes when just this one thing is assumed.
enum class Cause {
  kGroupKeyUnderived,        // the device signs with the group key itself
  kIndividualKeyDerived,     // a key was derived from an individual enrollment's key
  kWrongCaseId,              // the key was derived from the id in another spelling
  kKeyTextNotDecoded,        // the base64 text of the key was used as the key (or encoded twice)
  kKeyStoredEncodedTwice,    // the enrollment holds the base64 text of the key the device uses
  kKeyHasWhitespace,         // the key text was used with a line break or blank around it
  kDerivedForOtherId,        // derived from the right group key, but for the id in the token
  kKeyOfOtherEnrollment,     // the key of another enrollment of the same scope
  kKeyOfOtherScope,          // the key belongs to an enrollment of another scope
  kRetiredKey,               // a key that has been replaced since
  kIndividualShadowsGroup,   // the group key is right, but an individual enrollment has the id
  kGroupShadowsIndividual,   // signs with the group's derived key after it was made individual
  kSignedDecodedResource,    // the signed text was not the `sr` that was sent
  kSignedWithoutExpiry,      // the expiry line is missing from the signed text
  kSignatureEncoding,        // right signature, wrong encoding (hex, base64url, lost plus signs)
  kClockBehind,              // the device's clock is behind
  kClockAhead,               // the device's clock is ahead
  kExpiryInMilliseconds,     // `se` counts milliseconds
  kTokenReused,              // a token that was good once and has expired
  kScopeOfOtherHost,         // the scope exists under another host name
  kScopeSpelling,            // a scope with almost this id exists
  kIdSpelling,               // an enrollment with almost this id exists
  kTokenForOtherScope,       // the token names another scope than the request
  kTokenForOtherDevice,      // the token names another device than the request
  kTokenForHub,              // a hub token (host/devices/id) was sent to provisioning
  kEnrollmentDisabled,       // an operator disabled it
  kNoHubLinked,              // no hub is linked to the scope
  kHubsExcluded,             // every linked hub is excluded from allocation or not in the list
  kOwnerDiffers,             // it was registered by another enrollment before
  kNoCredential,             // nothing was presented at all
  kKeyNotIssuedYet,          // the owner's present key, but the hub still has the one before
  kKeyOfOtherDevice,         // the key of another device of the hub
  kKeyOfHubPolicy,           // the key of a policy of the hub, used without naming the policy
  kHubPolicyUnfit,           // the policy named does not exist or does not let devices connect
  kTokenForProvisioning,     // a token for registering was sent to a hub
  kTokenForOtherHub,         // the token names another hub than the device connects to
  kDeviceAtOtherHub,         // another hub has the device
  kDeviceRemoved,            // an operator deleted the identity, the registration is still there
  kDeviceDisabled,           // an operator switched the device off
  kHostSpelling,             // a hub has almost this host name
  kHostOfProvisioning,       // the host name is where devices register
  kTopicOfOtherDevice,       // a topic with the id of another device
  kTopicUnknown,             // a topic that is none
  kQosUnsupported,           // a quality of service the hub does not have
  kOverLimit,                // larger than the hub takes
  kDocumentRule,             // a twin patch that breaks a rule of twins
  kOtherMacAlgorithm,        // the right secret and text, another hash
  kTextWithLineEnd,          // the signed text ended with a line break
  kFieldsReordered,          // the signed text had its fields in another order
  kFieldsMissing,            // the signed text lacked a field
  kSecretCut,                // only a part of the secret was used as the key
  kSecretDecoded,            // the secret was decoded before it was used as the key
  kSecretEnded,              // the secret before the last rotation, after its overlap
  kMemberSpelling,           // the roster lists almost this name
  kMemberNotListed,          // the group admits listed names only
  kAdmitsNobody,             // registration of the group is switched off
  kMembersFull,              // the group's limit of members made by request is reached
  kActivated,                // registered and connected before; must be reset first
  kRepeatedRequest,          // the same name, nonce and time again
  kOtherCredentialKind,      // the group issues the other kind of credential
  kGroupSpelling,            // a group with almost this id exists
  kNotProductGroup,          // the group of that id has another kind of attestation
  kReissuedSince,            // a credential that a later registration replaced
  kIssuedButOther,           // a credential was issued, and it is not this one
  kCertificateExpired,       // its time is over
  kCertificateOfOther,       // the certificate of another device
  kPasswordOfOtherUse,       // the member's other password
  kPasswordOfOtherMember,    // another member's password
  kPasswordSpelling,         // right but for case, blanks, quotes or encoding around it
  kPasswordOtherOrder,       // derived from the group's secret in the other order
  kPasswordNotDerived,       // derived from the group's secret, but the member has its own
  kMemberLocked,             // too many wrong passwords in a row
  kRegisteredAlready,        // registered, and neither reset nor allowed to register anew
  kControlledNotRegistered,  // the member to be controlled must register first
  kSerialOfOther,            // a controller of that serial exists and does not control the member
  kNotControlled,            // the device does not control the one it speaks of
  kPermissionMissing,        // the permissions of one of the two devices do not allow it
  kCaUnproven,               // a CA of the scope would vouch for it, were it verified
  kCaOfOtherScope,           // a verified CA of another scope vouches for it
  kIntermediateMissing,      // the device does not send all intermediates
  kCertificateReplaced,      // a certificate that the enrollment had before
  kCertificateOfEnrollment,  // the certificate of another enrollment
  kCommonNameDiffers,        // the CN and the registration id differ
  kCertificateTimes,         // expired, or not valid yet by this server's clock
  kCertificateRevoked,       // it, or a CA above it, was revoked
  kCertificateShape,         // made for another use, with a weak key or an extension unknown
  kFirmwareChanged,          // the same device with other firmware
  kFirmwareNotListed,        // a digest that the enrollment does not list
  kEndorsementKeyOfOther,    // the TPM of another enrollment
  kStorageRootKeyChanged,    // the TPM was cleared since it registered
  kChallengeStale,           // the answer to a challenge that is over
  kIssuanceOff,              // the enrollment does not issue certificates
  kNobodyCreatedIt,          // no operator made the device, and its scope approves none by itself
  kTemplateMissing,          // no template of the scope has the model it names
  kBlockedByOperator,        // an operator blocked the device
  kGuessing,                 // many failures from one address
  kUnexplained,              // none of the hypotheses verified
};

inline constexpr Cause kCauses[] = {
    Cause::kGroupKeyUnderived,
    Cause::kIndividualKeyDerived,
    Cause::kWrongCaseId,
    Cause::kKeyTextNotDecoded,
    Cause::kKeyStoredEncodedTwice,
    Cause::kKeyHasWhitespace,
    Cause::kDerivedForOtherId,
    Cause::kKeyOfOtherEnrollment,
    Cause::kKeyOfOtherScope,
    Cause::kRetiredKey,
    Cause::kIndividualShadowsGroup,
    Cause::kGroupShadowsIndividual,
    Cause::kSignedDecodedResource,
    Cause::kSignedWithoutExpiry,
    Cause::kSignatureEncoding,
    Cause::kClockBehind,
    Cause::kClockAhead,
    Cause::kExpiryInMilliseconds,
    Cause::kTokenReused,
    Cause::kScopeOfOtherHost,
    Cause::kScopeSpelling,
    Cause::kIdSpelling,
    Cause::kTokenForOtherScope,
    Cause::kTokenForOtherDevice,
    Cause::kTokenForHub,
    Cause::kEnrollmentDisabled,
    Cause::kNoHubLinked,
    Cause::kHubsExcluded,
    Cause::kOwnerDiffers,
    Cause::kNoCredential,
    Cause::kKeyNotIssuedYet,
    Cause::kKeyOfOtherDevice,
    Cause::kKeyOfHubPolicy,
    Cause::kHubPolicyUnfit,
    Cause::kTokenForProvisioning,
    Cause::kTokenForOtherHub,
    Cause::kDeviceAtOtherHub,
    Cause::kDeviceRemoved,
    Cause::kDeviceDisabled,
    Cause::kHostSpelling,
    Cause::kHostOfProvisioning,
    Cause::kTopicOfOtherDevice,
    Cause::kTopicUnknown,
    Cause::kQosUnsupported,
    Cause::kOverLimit,
    Cause::kDocumentRule,
    Cause::kOtherMacAlgorithm,
    Cause::kTextWithLineEnd,
    Cause::kFieldsReordered,
    Cause::kFieldsMissing,
    Cause::kSecretCut,
    Cause::kSecretDecoded,
    Cause::kSecretEnded,
    Cause::kMemberSpelling,
    Cause::kMemberNotListed,
    Cause::kAdmitsNobody,
    Cause::kMembersFull,
    Cause::kActivated,
    Cause::kRepeatedRequest,
    Cause::kOtherCredentialKind,
    Cause::kGroupSpelling,
    Cause::kNotProductGroup,
    Cause::kReissuedSince,
    Cause::kIssuedButOther,
    Cause::kCertificateExpired,
    Cause::kCertificateOfOther,
    Cause::kPasswordOfOtherUse,
    Cause::kPasswordOfOtherMember,
    Cause::kPasswordSpelling,
    Cause::kPasswordOtherOrder,
    Cause::kPasswordNotDerived,
    Cause::kMemberLocked,
    Cause::kRegisteredAlready,
    Cause::kControlledNotRegistered,
    Cause::kSerialOfOther,
    Cause::kNotControlled,
    Cause::kPermissionMissing,
    Cause::kCaUnproven,
    Cause::kCaOfOtherScope,
    Cause::kIntermediateMissing,
    Cause::kCertificateReplaced,
    Cause::kCertificateOfEnrollment,
    Cause::kCommonNameDiffers,
    Cause::kCertificateTimes,
    Cause::kCertificateRevoked,
    Cause::kCertificateShape,
    Cause::kFirmwareChanged,
    Cause::kFirmwareNotListed,
    Cause::kEndorsementKeyOfOther,
    Cause::kStorageRootKeyChanged,
    Cause::kChallengeStale,
    Cause::kIssuanceOff,
    Cause::kNobodyCreatedIt,
    Cause::kTemplateMissing,
    Cause::kBlockedByOperator,
    Cause::kGuessing,
    Cause::kUnexplained,
};

// "group_key_underived".
std::string_view to_string(Cause cause);
std::optional<Cause> parse_cause(std::string_view text);

}  // namespace berth::domain
