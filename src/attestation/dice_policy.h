// Whether measured firmware is what an enrollment accepts (dice-x509.md §2.5, §4, §5). Looks only
// at what the certificates say; that they are genuine was proven before.
//
// The firmware's own digests are those of the certificate nearest to the device's key that carries
// any: all of them must be accepted. Vendor, model, version and svn count where they are said
// nearest to the device's key. Every layer of the chain must run in its normal mode.
// Room attestation. Thread rule: pure functions.
#pragma once

#include "crypto/dice_evidence.h"
#include "domain/certificates.h"
#include "provisioning/ports/attestor.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::attestation {

// Nothing when the policy is satisfied. Reasons, in the order they are looked for:
// kFirmwareNotAccepted (not measured at all, not in normal mode, of another vendor or model),
// kFirmwareTooOld (below the version or svn, or saying none), and last, so that what is held for an
// operator is good but for its digests, kFirmwareUnknown or kFirmwareHeld. Expected and received
// have the digests in full; received has at most 16 of them.
std::optional<provisioning::Refusal> check_dice(const domain::DicePolicy& policy,
                                                const crypto::DiceEvidence& evidence);

// The digests that check_dice() compares, lower-case hex, for Attested::measured. Empty when the
// certificates measure nothing.
std::vector<std::string> measured_digests(const crypto::DiceEvidence& evidence);

// "1.10.2" as numbers; nothing when it is anything but 1 to 8 numbers with dots between them.
std::optional<std::vector<std::uint64_t>> version_numbers(std::string_view text);
// Number by number; missing ones count as 0.
bool is_older(const std::vector<std::uint64_t>& version, const std::vector<std::uint64_t>& than);

}  // namespace berth::attestation
