// Why a signature does not verify: each hypothesis assumes one mistake that people make and
// computes the signature that mistake would have given. A finding is proven when it is the one that
// was received.
//
// Room attestation, behind SymmetricKeyAttestor::rivals(). Runs off the request path; a test costs
// about a microsecond, `budget` says how many there may be. Nothing found holds a key, a token or a
// name from another scope than that scope's id.
// Thread rule: as the attestor whose cache it uses.
#pragma once

#include "attestation/key_cache.h"
#include "provisioning/ports/attestor.h"

#include <chrono>
#include <vector>

namespace berth::attestation {

struct RivalTools {
  provisioning::Vault& vault;
  KeyCache& keys;
  std::chrono::seconds clock_skew;
  std::chrono::seconds expiry_ahead_max;
  std::size_t budget = 0;
};

// Likeliest first; empty when nothing fits or the evidence is no signature.
std::vector<domain::Finding> test_rivals(const provisioning::RivalInput& input, RivalTools tools);

}  // namespace berth::attestation
