// What this program wants to know of somebody's certificate: its fingerprint, whose it says it is,
// and when it is good. Verifies nothing.
//
// Room crypto. Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/result.h"
#include "crypto/hash.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace berth::crypto {

inline constexpr std::size_t kCertificateBytesMax = 16 * 1024;

struct CertificateFacts {
  Sha256 sha256{};          // of the DER
  std::string common_name;  // the subject's last CN as UTF-8; empty without one
  TimePoint not_before;
  TimePoint not_after;
};

// kInvalid when the bytes are not one whole certificate or more than kCertificateBytesMax.
Result<CertificateFacts> read_certificate(std::span<const std::uint8_t> der);
// The first certificate of a PEM text, as DER.
Result<base::Bytes> certificate_der(std::string_view pem);

}  // namespace berth::crypto
