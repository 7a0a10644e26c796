#include "attestation/chain_trouble.h"

#include "base/codec.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::attestation {
namespace {

using crypto::ChainFault;
using domain::Reason;

struct Words {
  Reason reason;
  std::string_view expected;
};

Words words_of(ChainFault fault) {
  switch (fault) {
    case ChainFault::kUnreadable:
      return {Reason::kProofMalformed, "certificates that can be read"};
    case ChainFault::kTooLong:
      return {Reason::kChainTooLong, "a chain of at most 10 certificates"};
    case ChainFault::kExpired:
      return {Reason::kCertificateExpired, "certificates that are good now"};
    case ChainFault::kNotYetValid:
      return {Reason::kCertificateNotYetValid, "certificates that are good now"};
    case ChainFault::kIssuerUnknown:
    case ChainFault::kUntrusted:
    case ChainFault::kNoAnchor:
      return {Reason::kChainIncomplete, "a chain that leads to a verified CA of the scope"};
    case ChainFault::kSignature:
      return {Reason::kProofRejected, "certificates signed by the CAs they name"};
    case ChainFault::kNotCa:
      return {Reason::kCertificateUsage, "CAs that may sign what is below them"};
    case ChainFault::kUsage:
      return {Reason::kCertificateUsage, "a certificate for TLS clients"};
    case ChainFault::kWeakKey:
      return {Reason::kCertificateWeak, "keys and signatures that are strong enough"};
    case ChainFault::kCriticalExtension:
      return {Reason::kCertificateExtension, "critical extensions that are understood"};
  }
  return {Reason::kInternal, "a certificate"};
}

static_assert(crypto::kChainCertificatesMax == 10, "the words above say so");

std::string where(std::size_t depth) {
  if (depth == 0) return "the device's certificate";
  return fmt::format("certificate {} on the way to the CA,", depth + 1);
}

}  // namespace

CertificateRefusal refusal_of(const crypto::ChainTrouble& trouble) {
  const Words words = words_of(trouble.fault);
  const std::string name =
      trouble.certificate.empty() ? std::string() : fmt::format(" '{}'", trouble.certificate);
  return {words.reason, std::string(words.expected),
          fmt::format("{}{} {}", where(trouble.depth), name, trouble.what)};
}

std::optional<CertificateRefusal> check_name(const crypto::CertificateFacts& leaf,
                                             std::string_view id, std::string_view what) {
  if (base::equals_ignoring_case(leaf.common_name, id)) return std::nullopt;
  return CertificateRefusal{
      Reason::kCertificateName, fmt::format("a certificate whose CN is the {} '{}'", what, id),
      leaf.common_name.empty()
          ? fmt::format("'{}', which has no CN", leaf.subject)
          : fmt::format("one for '{}'", base::printable(leaf.common_name, 128))};
}

std::string short_print(std::span<const std::uint8_t> sha256) {
  constexpr std::size_t kShownBytes = 8;
  return crypto::fingerprint_text(sha256.first(std::min(sha256.size(), kShownBytes))) + "…";
}

std::string describe(const crypto::CertificateFacts& certificate) {
  return fmt::format("'{}' (SHA-256 {})", certificate.subject, short_print(certificate.sha256));
}

std::string describe(const domain::Certificate& certificate) {
  return fmt::format("'{}' (SHA-256 {})", base::printable(certificate.subject, 200),
                     short_print(certificate.sha256));
}

}  // namespace berth::attestation
