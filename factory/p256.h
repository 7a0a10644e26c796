// Keys on the curve P-256 from given numbers, and signatures with them that need no randomness
// (RFC 6979), so that the same inputs make the same certificate and no two texts share a nonce.
//
// Room factory. Thread rule: pure functions. Secrets stay in Secret or in numbers that OpenSSL
// wipes.
#pragma once

#include "base/codec.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/hash.h"

#include <array>
#include <cstdint>

namespace berth::factory {

inline constexpr std::size_t kScalarBytes = 32;
using P256Point = std::array<std::uint8_t, 65>;  // uncompressed: 04, x, y

// `scalar` is big-endian. kInvalid when it is 0, not below the order, or not of kScalarBytes.
Result<P256Point> p256_point(const Secret& scalar);

// ECDSA-Sig-Value in DER over a SHA-256 digest. `scalar` as above.
Result<base::Bytes> p256_sign(const Secret& scalar, const crypto::Sha256& digest);

// The key as PEM, PKCS#8. `scalar` as above.
Result<Secret> p256_key_pem(const Secret& scalar);

}  // namespace berth::factory
