// What the certificates of a proof say about the device's firmware, and whether the enrollment
// accepts it. Only certificates that are vouched for count: anybody can send along another one.
//
// Room attestation. Thread rule: pure functions.
#pragma once

#include "crypto/chain.h"
#include "domain/certificates.h"
#include "domain/claim.h"
#include "provisioning/ports/attestor.h"

#include <optional>
#include <span>
#include <vector>

namespace berth::attestation {

// Those of `chain` that are on the path, in its order. Both begin with the same leaf.
std::vector<base::Bytes> on_path(const domain::CertificateChain& chain,
                                 std::span<const crypto::Sha256> path);
// The leaf, which is known, and what follows it as long as each signed the one before.
std::vector<base::Bytes> linked(const domain::CertificateChain& chain);

// Fills `attested.measured`, and `attested.withheld` when an operator is to look at the firmware.
// A refusal when the policy says so, or when measurements cannot be read that must be.
std::optional<provisioning::Refusal> measure(const domain::CertificateTrust& trust,
                                             std::span<const base::Bytes> vouched,
                                             provisioning::Attested& attested);

}  // namespace berth::attestation
