// A device that connects to a hub with a client certificate: one of the two that are pinned for it,
// or, for a device that is known by its CA, any that leads to a verified CA of its scope and whose
// CN is the device's id, case aside.
//
// Room attestation. Thread rule: any thread; decoded CAs are shared, intermediates kept by thread.
#pragma once

#include "attestation/device_proofs.h"
#include "attestation/trust_cache.h"

namespace berth::attestation {

// Reasons: kProofMissing, kProofMalformed, kProofRejected, kAttestationMismatch,
// kEnrollmentDisabled, and those of certificates; a pinned one of a group's member whose time it is
// not is kCertificateInvalid, which vendors of such groups have a word for.
DeviceProof check_certificates(const DeviceProofTools& tools, TrustCache& cas,
                               const domain::CertificateChain& chain,
                               const hub::Standing& standing);

// Whether what was proven by a certificate then is good now: it still is pinned, or still leads to
// a verified CA, and the enrollment is on. Dates count at the next connection only; revocation is
// asked for elsewhere.
bool certificate_still_good(provisioning::Vault& vault, const hub::Authenticated& proven,
                            const hub::Standing& standing);

}  // namespace berth::attestation
