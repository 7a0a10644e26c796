#include "allocation/hashed.h"

#include "base/codec.h"
#include "crypto/hash.h"

#include <cmath>
#include <string>

namespace berth::allocation {
namespace {

// In (0, 1), the same for ever for the same scope, id and hub: devices would move otherwise.
double draw(const domain::RegistrationId& registration, const domain::ScopeId& scope,
            const domain::HubName& hub) {
  const std::string text = scope.text() + '\0' + registration.key() + '\0' + hub.text();
  const crypto::Sha256 hash = crypto::sha256(base::as_bytes(text));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) bits = bits << 8 | hash[i];
  // 53 bits are what a double holds exactly.
  return (static_cast<double>(bits >> 11) + 0.5) / 9007199254740992.0;
}

}  // namespace

Result<std::size_t, provisioning::Refusal> Hashed::choose(
    const domain::RegistrationId& registration, const domain::Enrollment& enrollment,
    std::span<const provisioning::HubCandidate> candidates) const {
  std::size_t best = 0;
  double best_score = -1;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    const provisioning::HubCandidate& each = candidates[i];
    const double weight = each.link.weight == 0 ? 1.0 : static_cast<double>(each.link.weight);
    const double score = -weight / std::log(draw(registration, enrollment.scope, each.hub.name));
    if (score > best_score) {
      best = i;
      best_score = score;
    }
  }
  return best;
}

}  // namespace berth::allocation
