#include "attestation/symmetric_key_rivals.h"

#include "attestation/rival_hypotheses.h"

namespace berth::attestation {
namespace {

using domain::Reason;
using Hypothesis = std::vector<domain::Finding> (*)(Bench&);

// Likeliest first. A signature that verifies under one of these is explained, so the first that
// finds anything ends the search.
constexpr Hypothesis kKeyHypotheses[] = {
    key_used_underived,   key_of_shadowing_group,  key_retired,      key_derived_from_individual,
    id_in_other_spelling, key_text_mistaken,       key_with_blank,   resource_signed_otherwise,
    expiry_not_signed,    key_of_other_enrollment, key_for_other_id, key_of_other_scope,
};

std::vector<domain::Finding> first_that_finds(Bench& bench) {
  for (const Hypothesis hypothesis : kKeyHypotheses) {
    std::vector<domain::Finding> findings = hypothesis(bench);
    if (!findings.empty()) return findings;
  }
  return {};
}

}  // namespace

std::vector<domain::Finding> test_rivals(const provisioning::RivalInput& input, RivalTools tools) {
  const auto* mac = std::get_if<domain::MacOverText>(&input.claim.evidence);
  if (mac == nullptr) return {};
  Bench bench{input, *mac, tools, SignatureTest(*mac, tools.keys, tools.budget)};
  switch (input.reason) {
    case Reason::kProofExpired:
      return expired(bench);
    case Reason::kProofExpiryTooFar:
      return expires_too_far(bench);
    case Reason::kProofAudienceMismatch:
      return made_for_another(bench);
    case Reason::kProofMalformed:
      return signature_encoded_otherwise(bench);
    case Reason::kScopeUnknown:
      return key_of_other_scope(bench);
    case Reason::kProofRejected:
    case Reason::kNotEnrolled:
      return first_that_finds(bench);
    case Reason::kNone:
    case Reason::kScopeDisabled:
    case Reason::kIdInvalid:
    case Reason::kEnrollmentDisabled:
    case Reason::kAttestationMismatch:
    case Reason::kProofMissing:
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
    case Reason::kNotBound:
    case Reason::kAlreadyRegistered:
    case Reason::kMemberLocked:
    case Reason::kNotYetRegistered:
    case Reason::kNotPermitted:
    case Reason::kRequestInvalid:
    case Reason::kPropertyUnknown:
    case Reason::kStoreUnavailable:
    case Reason::kInternal:
      return {};
  }
  return {};
}

}  // namespace berth::attestation
