#include "allocation/hashed.h"

#include "base/codec.h"
#include "crypto/hash.h"

#include <cmath>

namespace berth::allocation {
namespace {

// A number in (0, 1) that depends on the pair alone. The id counts without case, as registration
// ids are compared; a NUL keeps "ab"+"c" apart from "a"+"bc".
double draw(const std::string& registration_key, const std::string& hub) {
  const crypto::Sha256 hash = crypto::sha256(base::as_bytes(registration_key + '\0' + hub));
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < 8; ++i) bits = bits << 8 | hash[i];
  return (static_cast<double>(bits >> 11) + 0.5) / 9007199254740992.0;  // 2^53
}

}  // namespace

Result<std::size_t, provisioning::Refusal> Hashed::choose(
    const domain::RegistrationId& registration, const domain::Enrollment&,
    std::span<const provisioning::HubCandidate> candidates) const {
  const std::string key = registration.key();
  std::size_t best = 0;
  double best_score = 0;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    // -weight / ln(u) is the score whose maximum falls on each hub in proportion to its weight.
    const double score = -static_cast<double>(candidates[i].link.weight) /
                         std::log(draw(key, candidates[i].hub.name.text()));
    if (score > best_score) {
      best = i;
      best_score = score;
    }
  }
  return best;
}

}  // namespace berth::allocation
