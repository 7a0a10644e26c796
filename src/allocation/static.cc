#include "allocation/static.h"

namespace berth::allocation {

Result<std::size_t, provisioning::Refusal> Static::choose(
    const domain::RegistrationId&, const domain::Enrollment& enrollment,
    std::span<const provisioning::HubCandidate> candidates) const {
  if (enrollment.hubs.empty()) return std::size_t{0};
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].hub.name == enrollment.hubs.front()) return i;
  }
  return Fail(provisioning::Refusal{domain::Reason::kHubUnknown,
                                    "a hub that is linked to the scope",
                                    base::printable(enrollment.hubs.front().text()),
                                    {}});
}

}  // namespace berth::allocation
