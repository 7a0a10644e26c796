// Why a request signed with a product secret does not verify, or why its time does not: each
// hypothesis assumes one mistake that people make, as in symmetric_key_rivals.h.
//
// Room attestation, behind ProductSecretAttestor::rivals(). Runs off the request path within
// `budget` tests of about a microsecond. Nothing found holds a secret, or a name from another scope
// than that scope's id.
// Thread rule: as the attestor whose cache it uses.
#pragma once

#include "attestation/key_cache.h"
#include "provisioning/ports/attestor.h"

#include <vector>

namespace berth::attestation {

struct ProductRivalTools {
  provisioning::Vault& vault;
  KeyCache& keys;
  std::size_t budget = 0;
};

// Likeliest first; empty when nothing fits or the evidence is no signed text.
std::vector<domain::Finding> test_product_rivals(const provisioning::RivalInput& input,
                                                 ProductRivalTools tools);

}  // namespace berth::attestation
