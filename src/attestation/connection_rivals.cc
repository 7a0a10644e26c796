#include "attestation/connection_rivals.h"

#include "attestation/connection_hypotheses.h"

namespace berth::attestation {
namespace {

using domain::Reason;
using Hypothesis = Findings (*)(ConnectionBench&);

// Likeliest first; the first that finds anything ends the search.
constexpr Hypothesis kKeyHypotheses[] = {
    policy_named,           key_replaced_at_hub, key_replaced_at_owner, key_not_issued_yet,
    owner_key_underived,    policy_not_named,    own_key_mistaken,      own_texts,
    key_for_other_spelling, key_of_other_device,
};

Findings first_that_finds(ConnectionBench& bench) {
  for (const Hypothesis hypothesis : kKeyHypotheses) {
    Findings findings = hypothesis(bench);
    if (!findings.empty()) return findings;
  }
  return {};
}

Times times_of(const ConnectionBench& bench) {
  Times times{bench.input.now, bench.tools.clock_skew, bench.tools.expiry_ahead_max, std::nullopt};
  if (bench.input.registration) times.registered_at = bench.input.registration->updated_at;
  return times;
}

std::string registration_id_of(const provisioning::ConnectionInput& input) {
  if (input.registration) return input.registration->id.text();
  if (input.device != nullptr && !input.device->registration.empty()) {
    return input.device->registration.text();
  }
  return input.claim.registration_id;
}

}  // namespace

std::vector<domain::Finding> test_connection_rivals(const provisioning::ConnectionInput& input,
                                                    RivalTools tools) {
  const auto* mac = std::get_if<domain::MacOverText>(&input.claim.evidence);
  if (mac == nullptr) return {};
  ConnectionBench bench{input, *mac, tools, SignatureTest(*mac, tools.keys, tools.budget),
                        registration_id_of(input)};
  switch (input.reason) {
    case Reason::kProofExpired:
      return expired(*mac, times_of(bench));
    case Reason::kProofExpiryTooFar:
      return expires_too_far(*mac, times_of(bench));
    case Reason::kProofAudienceMismatch:
      return made_for_another_place(bench);
    case Reason::kProofMalformed:
      return signature_encoded_otherwise(bench.test, own_keys(bench));
    case Reason::kProofRejected:
      return first_that_finds(bench);
    case Reason::kHostUnknown:
    case Reason::kDeviceUnknown:
      return key_of_known_device(bench);
    case Reason::kNone:
    case Reason::kScopeUnknown:
    case Reason::kScopeDisabled:
    case Reason::kIdInvalid:
    case Reason::kNotEnrolled:
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
