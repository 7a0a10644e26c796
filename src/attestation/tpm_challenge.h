// What a challenge is to its attestor: whose TPM is meant, and which key it must answer with.
//
// Room attestation. Thread rule: pure functions; opened keys are wiped with their Secret.
#pragma once

#include "domain/certificates.h"
#include "domain/claim.h"
#include "domain/records.h"
#include "provisioning/ports/vault.h"

namespace berth::attestation {

// Whether the claim shows the enrolled endorsement key. Constant time.
bool is_enrolled(const domain::TpmIdentity& shown, const domain::TpmKeys& enrolled);

// The storage root key that the device must show: the enrolled one, else that of the TPM that
// registered before through the same enrollment; empty if any will do.
base::Bytes expected_root_key(const domain::Enrollment& enrollment, const domain::TpmKeys& enrolled,
                              const domain::Registration* current);

// The key that a TPM with these two keys answers the challenge with. kInternal when the stored
// secret does not open.
Result<Secret> challenge_key(provisioning::Vault& vault, const domain::TpmChallenge& challenge,
                             const domain::TpmKeys& enrolled);

}  // namespace berth::attestation
