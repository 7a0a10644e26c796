// The one hub that the enrollment names; the first by name when it names none.
//
// Room allocation. Thread rule: const, any thread.
#pragma once

#include "provisioning/ports/allocator.h"

namespace berth::allocation {

class Static final : public provisioning::Allocator {
 public:
  domain::AllocationPolicy policy() const override { return domain::AllocationPolicy::kStatic; }
  // Reasons: kHubUnknown when the first hub the enrollment names is not linked to the scope.
  Result<std::size_t, provisioning::Refusal> choose(
      const domain::RegistrationId& registration, const domain::Enrollment& enrollment,
      std::span<const provisioning::HubCandidate> candidates) const override;
};

}  // namespace berth::allocation
