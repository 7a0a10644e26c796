// What this program wants to know of somebody's certificate: its fingerprints, whose it says it is,
// its key, and when it is good. Verifies nothing; crypto/chain.h does.
//
// Certificates come as DER, as PEM (also with all its base64 on one long line, as some makers'
// tools write it: dice-x509.md §8) or as the bare base64 of the DER (azure-dps.md §6.4).
// Room crypto. Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/result.h"
#include "crypto/hash.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::crypto {

inline constexpr std::size_t kCertificateBytesMax = 16 * 1024;
inline constexpr std::size_t kCertificatesInTextMax = 32;

using Sha1 = std::array<std::uint8_t, 20>;

struct CertificateFacts {
  Sha256 sha256{};          // of the DER
  Sha256 spki_sha256{};     // of its SubjectPublicKeyInfo: the same for every certificate of a key
  Sha1 sha1{};              // of the DER; for display, nothing is decided by it
  std::string common_name;  // the subject's last CN as UTF-8; empty without one
  std::string subject;      // RFC 2253, on one line, as UTF-8; bounded to kNameShownMax
  std::string issuer;
  std::string serial;  // hex digits in upper case
  std::string key;     // "P-256", "RSA-2048", "Ed25519", the library's name of another
  int version = 3;
  bool is_ca = false;  // basicConstraints CA:TRUE
  TimePoint not_before;
  TimePoint not_after;
};
inline constexpr std::size_t kNameShownMax = 300;

// kInvalid when the bytes are not one whole certificate, more than kCertificateBytesMax, or one
// with a time that cannot be read.
Result<CertificateFacts> read_certificate(std::span<const std::uint8_t> der);

// The first certificate of a PEM text or of a bare base64 text, as DER.
Result<base::Bytes> certificate_der(std::string_view text);
// All of them, in order: 1..count_max; kInvalid for none or more.
Result<std::vector<base::Bytes>> certificates_der(std::string_view text,
                                                  std::size_t count_max = kCertificatesInTextMax);
// "-----BEGIN CERTIFICATE-----…", lines of 64 characters.
std::string certificate_pem(std::span<const std::uint8_t> der);

// Fingerprints as operators see them: upper-case hex without separators.
std::string fingerprint_text(std::span<const std::uint8_t> digest);

}  // namespace berth::crypto
