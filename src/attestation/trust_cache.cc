#include "attestation/trust_cache.h"

#include "base/codec.h"
#include "base/log.h"

#include <algorithm>
#include <vector>

namespace berth::attestation {
namespace {

TrustedCas decode(std::span<const domain::CaCertificate* const> some) {
  std::vector<base::Bytes> ders;
  for (const domain::CaCertificate* each : some) {
    const base::Bytes& der = each->certificate.der;
    const Result<TrustedCas> readable = crypto::TrustAnchors::make({&der, 1});
    if (readable) {
      ders.push_back(der);
      continue;
    }
    log::error("attest.ca_unreadable", {{"ca", each->name}, {"what", readable.error().what}});
  }
  return crypto::TrustAnchors::make(ders).value();
}

}  // namespace

TrustedCas TrustCache::of(std::span<const domain::CaCertificate> authorities, WhichCas which) {
  std::vector<const domain::CaCertificate*> some;
  base::Bytes prints;
  for (const domain::CaCertificate& each : authorities) {
    if (which == WhichCas::kVerified && !each.verified) continue;
    some.push_back(&each);
    prints.insert(prints.end(), each.certificate.sha256.begin(), each.certificate.sha256.end());
  }
  const crypto::Sha256 key = crypto::sha256(prints);
  {
    const std::lock_guard lock(mutex_);
    const auto found = sets_.find(key);
    if (found != sets_.end()) {
      found->second.used = ++uses_;
      return found->second.cas;
    }
  }
  TrustedCas made = decode(some);
  const std::lock_guard lock(mutex_);
  if (sets_.size() >= sets_max_) forget_oldest();
  Set& set = sets_[key];
  if (!set.cas) set.cas = std::move(made);
  set.used = ++uses_;
  return set.cas;
}

void TrustCache::forget_oldest() {
  const auto oldest =
      std::min_element(sets_.begin(), sets_.end(),
                       [](const auto& a, const auto& b) { return a.second.used < b.second.used; });
  sets_.erase(oldest);
}

const domain::CaCertificate* find_ca(std::span<const domain::CaCertificate> authorities,
                                     std::span<const std::uint8_t> sha256) {
  const auto found =
      std::find_if(authorities.begin(), authorities.end(), [&](const domain::CaCertificate& each) {
        return std::equal(sha256.begin(), sha256.end(), each.certificate.sha256.begin(),
                          each.certificate.sha256.end());
      });
  return found == authorities.end() ? nullptr : &*found;
}

const domain::Certificate* signing_certificate(const domain::TrustSlot& slot,
                                               std::span<const domain::CaCertificate> authorities) {
  if (slot.certificate) return &*slot.certificate;
  for (const domain::CaCertificate& each : authorities) {
    const bool named = each.verified && base::equals_ignoring_case(each.name, slot.ca);
    if (named) return &each.certificate;
  }
  return nullptr;
}

}  // namespace berth::attestation
