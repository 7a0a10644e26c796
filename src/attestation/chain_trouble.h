// What is wrong with a client certificate, in domain words: the reason, and for the trail which
// certificate it is and what it says.
//
// Room attestation. Thread rule: pure functions.
#pragma once

#include "crypto/chain.h"
#include "domain/certificates.h"
#include "domain/reason.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace berth::attestation {

struct CertificateRefusal {
  domain::Reason reason = domain::Reason::kInternal;
  std::string expected;
  std::string received;
};

CertificateRefusal refusal_of(const crypto::ChainTrouble& trouble);

// kCertificateName unless the CN of the leaf is that id, case aside; `what` says whose:
// "registration id", "device id".
std::optional<CertificateRefusal> check_name(const crypto::CertificateFacts& leaf,
                                             std::string_view id, std::string_view what);

// "CN=dev-1,O=Acme (SHA-256 0123456789ABCDEF…)".
std::string describe(const crypto::CertificateFacts& certificate);
std::string describe(const domain::Certificate& certificate);
// The beginning of a fingerprint: "0123456789ABCDEF…".
std::string short_print(std::span<const std::uint8_t> sha256);

}  // namespace berth::attestation
