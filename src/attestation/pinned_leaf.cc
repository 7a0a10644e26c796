#include "attestation/pinned_leaf.h"

#include "crypto/riot_leaf.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace berth::attestation {
namespace {

using domain::Reason;

struct Match {
  domain::KeySlot slot;
  bool by_key = false;
};

bool equal(Pin::Print a, Pin::Print b) {
  return a.size() == b.size() && base::equal_constant_time(a, b);
}

std::optional<Match> match_whole(std::span<const Pin> pins, const crypto::Sha256& sha256) {
  for (const Pin& pin : pins) {
    if (equal(pin.sha256, sha256)) return Match{pin.slot};
  }
  return std::nullopt;
}

std::optional<Match> match_key(std::span<const Pin> pins, const crypto::Sha256& spki_sha256) {
  for (const Pin& pin : pins) {
    if (!pin.spki_sha256.empty() && equal(pin.spki_sha256, spki_sha256)) {
      return Match{pin.slot, true};
    }
  }
  return std::nullopt;
}

CertificateRefusal other_certificate(std::span<const Pin> pins, std::string_view whose,
                                     const crypto::CertificateFacts& leaf) {
  std::string tried;
  for (const Pin& pin : pins) {
    // Of a claim that was redeemed only the key is known.
    const bool by_key = pin.sha256.empty();
    tried += fmt::format("{}{}{} {}", tried.empty() ? "" : ", ", to_string(pin.slot),
                         by_key ? " of the key" : "",
                         short_print(by_key ? pin.spki_sha256 : pin.sha256));
  }
  return {
      Reason::kProofRejected,
      fmt::format("a certificate of {} ({})", whose, tried.empty() ? "it has none" : tried),
      fmt::format("one for '{}' (SHA-256 {})",
                  leaf.common_name.empty() ? leaf.subject : base::printable(leaf.common_name, 128),
                  short_print(leaf.sha256))};
}

// Its own name for what it measured is broken in firmware of that kind, and the rest of it must be
// just as that firmware makes it.
std::optional<CertificateRefusal> check_riot(std::span<const std::uint8_t> der) {
  const Result<crypto::RiotLeaf> leaf = crypto::read_riot_leaf(der);
  if (!leaf) {
    return CertificateRefusal{Reason::kProofMalformed, "a certificate with a RIoT identity",
                              base::printable(leaf.error().what)};
  }
  const Result<void> verified = crypto::verify_riot_leaf(*leaf);
  if (verified) return std::nullopt;
  return CertificateRefusal{Reason::kProofRejected, "a RIoT identity that signed the certificate",
                            base::printable(verified.error().what)};
}

}  // namespace

Result<PinnedLeaf, CertificateRefusal> check_pinned(const domain::CertificateChain& chain,
                                                    std::span<const Pin> pins,
                                                    const PinContext& context) {
  if (chain.certificates.size() > crypto::kChainCertificatesMax) {
    return Fail(
        CertificateRefusal{Reason::kChainTooLong,
                           fmt::format("at most {} certificates", crypto::kChainCertificatesMax),
                           fmt::format("{}", chain.certificates.size())});
  }
  const base::Bytes& der = chain.certificates.front();
  std::optional<Match> match = match_whole(pins, crypto::sha256(der));
  if (!match) {
    const Result<crypto::CertificateFacts> facts = crypto::read_certificate(der);
    if (!facts) {
      return Fail(CertificateRefusal{Reason::kProofMalformed, "a certificate that can be read",
                                     base::printable(facts.error().what)});
    }
    match = match_key(pins, facts->spki_sha256);
    if (!match) return Fail(other_certificate(pins, context.whose, *facts));
  }
  Result<crypto::CertificateFacts, crypto::ChainTrouble> good =
      crypto::check_leaf(der, context.moment);
  const bool broken = !good && good.error().fault == crypto::ChainFault::kUnreadable;
  if ((broken || match->by_key) && crypto::looks_like_riot_leaf(der)) {
    good = crypto::check_leaf(der, context.moment, true);
    std::optional<CertificateRefusal> forged = check_riot(der);
    if (good && forged) return Fail(*std::move(forged));
  }
  if (!good) return Fail(refusal_of(good.error()));
  return PinnedLeaf{match->slot, match->by_key, *std::move(good)};
}

std::vector<base::Bytes> prints_of(const domain::CertificateChain& chain) {
  std::vector<base::Bytes> prints;
  for (const base::Bytes& der : chain.certificates) {
    const crypto::Sha256 print = crypto::sha256(der);
    prints.emplace_back(print.begin(), print.end());
  }
  return prints;
}

}  // namespace berth::attestation
