// Issuing CAs that were opened a moment ago, so that signing for the devices of a scope does not
// open its seal and decode its key and its chain for each.
//
// Room issuing. An entry is good for as long as the scope holds the very certificates and seal it
// was opened from; a seal has a random nonce, so a CA that was replaced is never taken for the old
// one. A scope found without a CA loses its entry. Bounded: the entry used longest ago leaves.
// Thread rule: belongs to one issuer, so to one thread. Owns the CAs and, while it keeps them,
// their opened keys; a pointer it gave is good until the next call.
#pragma once

#include "crypto/authority.h"
#include "domain/records.h"
#include "provisioning/ports/vault.h"

#include <list>

namespace berth::issuing {

class OpenedAuthorities {
 public:
  static constexpr std::size_t kCountMax = 64;  // scopes

  explicit OpenedAuthorities(provisioning::Vault& vault, std::size_t count_max = kCountMax)
      : vault_(vault), count_max_(count_max == 0 ? 1 : count_max) {}

  // The CA that signs for devices of the scope. kPreconditionFailed when it has none; else the
  // errors of Vault::open and of Authority::load.
  Result<const crypto::Authority*> open(const domain::Scope& scope);

 private:
  struct Entry {
    domain::ScopeId scope;
    domain::IssuingAuthority kept;
    crypto::Authority opened;
  };

  provisioning::Vault& vault_;
  std::size_t count_max_;
  std::list<Entry> entries_;  // most recently used first
};

}  // namespace berth::issuing
