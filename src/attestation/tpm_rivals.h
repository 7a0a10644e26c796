// Why a TPM is refused: whose endorsement key it is, whether the TPM was cleared, and what became
// of the challenge it answers.
//
// Room attestation, behind TpmAttestor::rivals(). Runs off the request path; comparing two keys
// counts as one test. Of other scopes nothing but the scope's id is named.
// Thread rule: pure functions over what the explainer gathered.
#pragma once

#include "provisioning/ports/attestor.h"
#include "provisioning/ports/vault.h"

#include <cstddef>
#include <vector>

namespace berth::attestation {

struct TpmRivalTools {
  provisioning::Vault& vault;
  std::size_t budget = 0;
};

// Likeliest first; empty when nothing fits or the refusal has nothing to do with TPMs.
std::vector<domain::Finding> test_tpm_rivals(const provisioning::RivalInput& input,
                                             TpmRivalTools tools);

}  // namespace berth::attestation
