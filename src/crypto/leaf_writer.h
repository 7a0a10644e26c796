// Writes client certificates for P-256 keys below a CA of P-256, by hand: the same bytes, but for
// the signature, as OpenSSL's functions make, without its decoders. An Authority has one when its
// key allows, and takes it when the key to be certified allows.
//
// Room crypto, internal. Thread rule: const members from any thread. Holds the CA's key.
#pragma once

#include "crypto/p256_parts.h"

#include <array>
#include <optional>
#include <string_view>

namespace berth::crypto {

inline constexpr std::size_t kSerialBytes = 16;
using Serial = std::array<std::uint8_t, kSerialBytes>;

// What a certificate says besides the key.
struct LeafFacts {
  std::string_view common_name;  // 1..64 printable characters
  Serial serial{};               // positive and not padded: its first byte is 0x01 to 0x7F
  TimePoint not_before;
  TimePoint not_after;
};

class LeafWriter {
 public:
  // Nothing when the key is not on P-256.
  static std::optional<LeafWriter> make(X509* authority, EVP_PKEY* key);

  // `public_key_info`: one that plain_p256_point() takes. Empty when OpenSSL fails.
  base::Bytes write(DerBytes public_key_info, const LeafFacts& facts) const;

 private:
  explicit LeafWriter(P256Signer signer) : signer_(std::move(signer)) {}
  base::Bytes signed_part(DerBytes public_key_info, const LeafFacts& facts) const;

  base::Bytes issuer_;      // Name, whole
  base::Bytes identifier_;  // the extension authorityKeyIdentifier; empty when the CA has none
  P256Signer signer_;
};

}  // namespace berth::crypto
