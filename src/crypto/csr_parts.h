// The two ways of read_csr(): the short one for what nearly every device sends, and the library's,
// which takes all forms and words all errors. What the short way takes the other takes, too, and
// finds the same in it; a fuzz target holds them to that.
//
// Room crypto, internal. Thread rule: pure functions.
#pragma once

#include "crypto/csr.h"

#include <optional>

namespace berth::crypto {

// A request in DER whose key is on P-256 in its usual form, signed by ECDSA with SHA-256; whose
// subject has nothing but X.520 attributes of printable ASCII, one by one; and which asks, if for
// anything, for extensions, basicConstraints not among them. Nothing for any other, and for one
// whose signature does not verify: read_any_csr() says then what is wrong, if anything is.
std::optional<CertificateRequest> read_plain_csr(std::span<const std::uint8_t> der);

Result<CertificateRequest> read_any_csr(std::span<const std::uint8_t> der);

}  // namespace berth::crypto
