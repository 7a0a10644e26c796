// The certificates that a thread decoded last, so that it decodes none of them twice: OpenSSL 3.0
// builds a decoder for every public key, which costs more than verifying a signature with it.
//
// An entry is found by the SHA-256 of its DER and says nothing of trust: whatever is decided by a
// certificate is decided anew. Bounded: the entry used longest ago leaves.
// Room crypto. Thread rule: each thread has entries of its own; none is seen by another.
#pragma once

#include "base/codec.h"

#include <cstddef>
#include <cstdint>

struct x509_st;

namespace berth::crypto {

inline constexpr std::size_t kDecodedCertificatesMax = 1'024;  // a thread; about 8 KiB each

// The DER of a certificate that was decoded elsewhere on this thread, as TLS does in a handshake:
// from now on it is found under that DER. Takes a reference. Empty when it cannot be encoded.
base::Bytes remember_decoded(x509_st* certificate);

// For tests and figures, of this thread: entries, and certificates that had to be decoded so far.
std::size_t decoded_certificates_kept();
std::uint64_t certificates_decoded();

}  // namespace berth::crypto
