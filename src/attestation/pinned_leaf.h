// A client certificate that is known by itself: by its fingerprint, or by that of its key, because
// the certificate may have been made again with another signature (dice-x509.md §2.5, §2.6). Used
// for individual enrollments and for devices of a hub.
//
// Room attestation. Thread rule: pure functions.
#pragma once

#include "attestation/chain_trouble.h"
#include "crypto/chain.h"
#include "domain/claim.h"
#include "domain/records.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::attestation {

struct Pin {
  using Print = std::span<const std::uint8_t>;
  domain::KeySlot slot = domain::KeySlot::kPrimary;
  Print sha256;
  Print spki_sha256 = {};  // not empty: good for every certificate of that key
};

struct PinnedLeaf {
  domain::KeySlot slot = domain::KeySlot::kPrimary;
  bool by_key = false;
  crypto::CertificateFacts facts;
};

struct PinContext {
  std::string_view whose;  // "individual 'dev-1'"
  crypto::ChainMoment moment;
};

// The leaf is one of the pins, and is good: dates, usage, strength, extensions; one with a RIoT
// name that OpenSSL cannot read is read here, and its signature checked. `chain` is not empty.
Result<PinnedLeaf, CertificateRefusal> check_pinned(const domain::CertificateChain& chain,
                                                    std::span<const Pin> pins,
                                                    const PinContext& context);

// SHA-256 of each certificate that was sent, the leaf first.
std::vector<base::Bytes> prints_of(const domain::CertificateChain& chain);

}  // namespace berth::attestation
