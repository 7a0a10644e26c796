// The hub that the registration id hashes to, in proportion to the links' weights.
//
// Weighted rendezvous hashing: every hub draws a score from the id and its own name, and the
// highest wins. So the choice does not depend on the order of hubs, a new hub takes only its share
// of the devices from the others, and removing one moves only those that were on it.
//
// Room allocation. Thread rule: const, any thread.
#pragma once

#include "provisioning/ports/allocator.h"

namespace berth::allocation {

class Hashed final : public provisioning::Allocator {
 public:
  domain::AllocationPolicy policy() const override { return domain::AllocationPolicy::kHashed; }
  // Never refuses.
  Result<std::size_t, provisioning::Refusal> choose(
      const domain::RegistrationId& registration, const domain::Enrollment& enrollment,
      std::span<const provisioning::HubCandidate> candidates) const override;
};

}  // namespace berth::allocation
