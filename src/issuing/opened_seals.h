// Keys of enrollments that were opened a moment ago, so that issuing to the devices of a group does
// not open the same two seals for each.
//
// Room issuing. An entry is found by the seal's own bytes and its context; a seal has a random
// nonce, so a key that was changed is never taken for the old one. Bounded: when it is full, all
// leave.
// Thread rule: belongs to one issuer, so to one thread. The last holder of a secret wipes it.
#pragma once

#include "provisioning/ports/vault.h"

#include <memory>
#include <string>
#include <unordered_map>

namespace berth::issuing {

class OpenedSeals {
 public:
  explicit OpenedSeals(provisioning::Vault& vault) : vault_(vault) {}

  // Errors: those of Vault::open.
  Result<SharedSecret> open(const domain::Sealed& sealed, const std::string& context);

 private:
  provisioning::Vault& vault_;
  std::unordered_map<std::string, SharedSecret> by_seal_;
};

}  // namespace berth::issuing
