// Certificates that TLS has decoded on this thread a moment ago, for whoever reads the same bytes
// next: OpenSSL 3.0 takes three times as long to decode a certificate as to verify a signature.
//
// Room crypto. The last ones of each thread are held, a few hundred kilobytes at most. What is read
// from one says the same as what its bytes say; nothing is trusted for having come this way.
// Thread rule: any thread, each has its own.
#pragma once

#include <cstdint>
#include <span>

struct x509_st;

namespace berth::crypto {

// `certificate` is the decoded form of `der`, and does not change any more.
void hand_over(x509_st* certificate, std::span<const std::uint8_t> der);

}  // namespace berth::crypto
