// Weighted rendezvous hashing: every hub gets a score from the registration id and its own name,
// and the best weighted score wins. Adding or removing a hub moves only the devices that hub gains
// or loses; a hub of weight 2 gets twice the devices of one of weight 1 (azure-dps.md §7.1).
//
// Room allocation. Thread rule: const, any thread.
#pragma once

#include "provisioning/ports/allocator.h"

namespace berth::allocation {

class Hashed final : public provisioning::Allocator {
 public:
  domain::AllocationPolicy policy() const override { return domain::AllocationPolicy::kHashed; }
  Result<std::size_t, provisioning::Refusal> choose(
      const domain::RegistrationId& registration, const domain::Enrollment& enrollment,
      std::span<const provisioning::HubCandidate> candidates) const override;
};

}  // namespace berth::allocation
