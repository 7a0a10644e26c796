// Reads a certificate signing request (PKCS #10, RFC 2986): only its key and its CN are taken.
// Whatever else it asks for is passed over, because the one who signs decides; except that asking
// for the rights of a CA is refused, so that nobody believes to have got them.
//
// Room crypto. Thread rule: pure functions.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <span>
#include <string>
#include <string_view>

namespace berth::crypto {

inline constexpr std::size_t kRequestBytesMax = 8 * 1024;

struct CertificateRequest {
  std::string common_name;  // the subject's last CN as UTF-8; empty without one
  base::Bytes spki;         // SubjectPublicKeyInfo, DER
  std::string key;          // "P-256", "P-384" or "Ed25519"
};

// Verifies that its maker has the private key. kInvalid when the bytes are no request, when its
// signature does not verify, for other kinds of keys, and when it asks for CA rights.
Result<CertificateRequest> read_csr(std::span<const std::uint8_t> der);

// The DER of a request in a text: PEM, the body of a PEM without its lines of dashes, or base64 on
// one line.
Result<base::Bytes> csr_der(std::string_view text);

}  // namespace berth::crypto
