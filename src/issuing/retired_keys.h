// The keys a device had before it was given others, kept so that a refusal can say which generation
// of keys it still holds.
//
// Room issuing. Thread rule: stateless; secrets are opened for the call and wiped with it.
#pragma once

#include "provisioning/ports/vault.h"

#include <vector>

namespace berth::issuing {

struct FreshKeys {
  Secret primary;
  Secret secondary;
};

// What becomes of the keys of `before` when `device` (its hub, id and updated_at are set) gets
// `fresh`: those it no longer has, newest first, then those it had lost already, sealed for
// `device`; at most kRetiredKeysMax. A key that does not open is left out and logged.
std::vector<domain::RetiredKey> retire_keys(provisioning::Vault& vault,
                                            const domain::Device& before, const FreshKeys& fresh,
                                            const domain::Device& device);

}  // namespace berth::issuing
