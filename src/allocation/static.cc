#include "allocation/static.h"

#include <string>

namespace berth::allocation {

Result<std::size_t, provisioning::Refusal> Static::choose(
    const domain::RegistrationId&, const domain::Enrollment& enrollment,
    std::span<const provisioning::HubCandidate> candidates) const {
  provisioning::Refusal refusal;
  refusal.reason = domain::Reason::kNoHub;
  refusal.expected = "exactly one hub in the enrollment, for the static policy";
  if (enrollment.hubs.size() != 1) {
    refusal.received = std::to_string(enrollment.hubs.size()) + " hubs";
    return Fail(std::move(refusal));
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].hub.name == enrollment.hubs.front()) return i;
  }
  refusal.received = "hub '" + enrollment.hubs.front().text() + "', which is not a candidate";
  return Fail(std::move(refusal));
}

}  // namespace berth::allocation
