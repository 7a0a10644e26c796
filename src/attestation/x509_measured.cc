#include "attestation/x509_measured.h"

#include "attestation/dice_policy.h"
#include "crypto/dice_evidence.h"

#include <algorithm>
#include <utility>

namespace berth::attestation {

using domain::Reason;
using provisioning::Refusal;

std::vector<base::Bytes> on_path(const domain::CertificateChain& chain,
                                 std::span<const crypto::Sha256> path) {
  std::vector<base::Bytes> vouched = {chain.certificates.front()};
  const std::span others = std::span(chain.certificates).subspan(1);
  for (const crypto::Sha256& print : path.subspan(1)) {
    const auto found = std::find_if(others.begin(), others.end(), [&](const base::Bytes& der) {
      return crypto::sha256(der) == print;
    });
    if (found != others.end()) vouched.push_back(*found);
  }
  return vouched;
}

std::vector<base::Bytes> linked(const domain::CertificateChain& chain) {
  std::vector<base::Bytes> vouched = {chain.certificates.front()};
  for (std::size_t i = 1; i < chain.certificates.size(); ++i) {
    if (!crypto::check_signed_by(vouched.back(), chain.certificates[i])) break;
    vouched.push_back(chain.certificates[i]);
  }
  return vouched;
}

std::optional<Refusal> measure(const domain::CertificateTrust& trust,
                               std::span<const base::Bytes> vouched,
                               provisioning::Attested& attested) {
  if (!trust.dice && !crypto::may_measure(vouched)) return std::nullopt;
  const Result<crypto::DiceEvidence> evidence = crypto::read_dice(vouched);
  if (!evidence) {
    if (!trust.dice && !crypto::must_read_measurements(vouched)) return std::nullopt;
    return Refusal{Reason::kProofMalformed,
                   "measurements of firmware that can be read",
                   base::printable(evidence.error().what),
                   {}};
  }
  attested.measured = measured_digests(*evidence);
  if (!trust.dice) return std::nullopt;
  std::optional<Refusal> unfit = check_dice(*trust.dice, *evidence);
  if (!unfit || unfit->reason != Reason::kFirmwareHeld) return unfit;
  attested.withheld = std::move(unfit);
  return std::nullopt;
}

}  // namespace berth::attestation
