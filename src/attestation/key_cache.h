// Opened keys and secrets of enrollments, so that checking a proof does not open seals every time.
//
// An entry is good for as long as the enrollment holds the very seals it was opened from (a seal
// has a random nonce, so a changed key is never taken for the old one, not even when an enrollment
// was deleted and made again under the same version). Bounded: the entry used longest ago leaves.
//
// Room attestation. Thread rule: belongs to one attestor, so to one thread. Owns the opened keys
// and wipes them; a pointer it gave is good until the next call.
#pragma once

#include "base/secret.h"
#include "domain/records.h"
#include "provisioning/ports/vault.h"

#include <list>
#include <string>
#include <unordered_map>

namespace berth::attestation {

struct OpenedKeys {
  Secret primary;
  Secret secondary;

  const Secret& of(domain::KeySlot slot) const {
    return slot == domain::KeySlot::kPrimary ? primary : secondary;
  }
};

class KeyCache {
 public:
  KeyCache(provisioning::Vault& vault, std::size_t count_max);

  // The keys of an enrollment with `keys` as its attestation. Errors: those of Vault::open.
  Result<const OpenedKeys*> open(const domain::Enrollment& enrollment,
                                 const domain::SymmetricKeys& keys);
  // The same for a product secret: the current one, then the previous one; empty without one.
  Result<const OpenedKeys*> open(const domain::Enrollment& enrollment,
                                 const domain::ProductSecret& secret);
  // The secret that passwords are derived from, as the primary. `passwords` has one.
  Result<const OpenedKeys*> open(const domain::Enrollment& enrollment,
                                 const domain::MemberPasswords& passwords);
  // Not cached: retired keys are asked for only by rivals.
  Result<Secret> open_retired(const domain::Enrollment& enrollment, const domain::RetiredKey& key);

 private:
  // `secondary` may be empty.
  Result<const OpenedKeys*> open(std::string context, const domain::Sealed& primary,
                                 const domain::Sealed& secondary);

  struct Entry {
    std::string context;
    domain::Sealed primary;
    domain::Sealed secondary;
    OpenedKeys opened;
  };
  using Entries = std::list<Entry>;  // most recently used first

  provisioning::Vault& vault_;
  std::size_t count_max_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_context_;
};

}  // namespace berth::attestation
