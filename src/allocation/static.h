// The one hub that the enrollment names (azure-dps.md §7.1).
//
// Room allocation. Thread rule: const, any thread.
#pragma once

#include "provisioning/ports/allocator.h"

namespace berth::allocation {

class Static final : public provisioning::Allocator {
 public:
  domain::AllocationPolicy policy() const override { return domain::AllocationPolicy::kStatic; }
  // kNoHub unless the enrollment names exactly one hub and it is a candidate.
  Result<std::size_t, provisioning::Refusal> choose(
      const domain::RegistrationId& registration, const domain::Enrollment& enrollment,
      std::span<const provisioning::HubCandidate> candidates) const override;
};

}  // namespace berth::allocation
