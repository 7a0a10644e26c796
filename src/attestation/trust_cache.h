// The CAs of a scope as crypto/chain.h wants them: decoded once, then found again by what they are.
// Keyed by the fingerprints of the certificates, so that a change of any kind is seen at once and
// nothing has to tell.
//
// Room attestation. Thread rule: any thread; a lock is held for a look-up in a table.
#pragma once

#include "base/result.h"
#include "crypto/chain.h"
#include "domain/certificates.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <span>

namespace berth::attestation {

enum class WhichCas { kVerified, kAll };

using TrustedCas = std::shared_ptr<const crypto::TrustAnchors>;

class TrustCache {
 public:
  // `sets_max`: of CAs, about 4 KiB a CA.
  explicit TrustCache(std::size_t sets_max = 1'000) : sets_max_(sets_max) {}

  // Never null. A CA that cannot be decoded, which nobody could have stored, is left out.
  TrustedCas of(std::span<const domain::CaCertificate> authorities, WhichCas which);

 private:
  struct Set {
    TrustedCas cas;
    std::uint64_t used = 0;
  };
  void forget_oldest();

  std::mutex mutex_;
  std::map<crypto::Sha256, Set> sets_;
  std::size_t sets_max_;
  std::uint64_t uses_ = 0;
};

// The one whose certificate has that fingerprint, or null.
const domain::CaCertificate* find_ca(std::span<const domain::CaCertificate> authorities,
                                     std::span<const std::uint8_t> sha256);

// The certificate of a group's slot: its own, or that of the verified CA it names; or null.
const domain::Certificate* signing_certificate(const domain::TrustSlot& slot,
                                               std::span<const domain::CaCertificate> authorities);

}  // namespace berth::attestation
