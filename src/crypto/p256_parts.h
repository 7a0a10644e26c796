// Keys on P-256 and ECDSA with SHA-256 by the short way: OpenSSL 3 sets up
// decoders of its providers for every key that it reads, so a point that stands where it
// always stands is taken as it is.
//
// Room crypto, internal. Thread rule: pure functions; OpenSSL's error queue is per thread and is
// left empty.
#pragma once

#include "crypto/der.h"
#include "crypto/openssl_parts.h"

#include <array>

namespace berth::crypto {

using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;

inline constexpr std::size_t kP256PointBytes = 65;
using P256Point = std::span<const std::uint8_t, kP256PointBytes>;

// AlgorithmIdentifier of ecdsa-with-SHA256, whole (RFC 5758 §3.2: without parameters).
inline constexpr std::array<std::uint8_t, 12> kEcdsaWithSha256Der = {
    0x30, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02};

// The point of a SubjectPublicKeyInfo in its one usual form: the curve by name, the point
// uncompressed. Nothing for all others. Whether it is on the curve is not looked at.
std::optional<P256Point> plain_p256_point(DerBytes public_key_info);
// That form of a key; empty when the key is not on P-256.
base::Bytes plain_p256_info(const EVP_PKEY* key);
bool is_p256(const EVP_PKEY* key);

// False also for a point that is not on the curve.
bool verify_p256(P256Point point, DerBytes text, DerBytes signature);

// A key on P-256, ready to sign. Const members from any thread.
class P256Signer {
 public:
  // Nothing when the key is on no such curve. Holds a share of it.
  static std::optional<P256Signer> make(EVP_PKEY* key);

  // ECDSA with SHA-256, DER. Empty when OpenSSL fails.
  base::Bytes sign(DerBytes text) const;

 private:
  explicit P256Signer(KeyContextPtr prepared) : prepared_(std::move(prepared)) {}
  KeyContextPtr prepared_;  // copied for each signature: cheaper than making one
};

}  // namespace berth::crypto
