// AES-256-GCM (NIST SP 800-38D) over OpenSSL: encrypt and authenticate in one.
//
// Room crypto. Whoever calls chooses the nonce and must never use one twice under the same key;
// Keyring does that for everything the server stores.
// Thread rule: any thread; each keeps a context of its own that is keyed anew for every call.
#pragma once

#include "base/secret.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace berth::crypto {

inline constexpr std::size_t kNonceBytes = 12;
inline constexpr std::size_t kTagBytes = 16;

struct AeadParameters {
  std::span<const std::uint8_t> key;    // 32 bytes
  std::span<const std::uint8_t> nonce;  // kNonceBytes
  std::string_view associated_data;
};

// Writes ciphertext ‖ tag to `out`, which has plaintext.size() + kTagBytes bytes.
void encrypt(const AeadParameters& parameters, std::span<const std::uint8_t> plaintext,
             std::span<std::uint8_t> out);

// Nothing when the tag does not fit: another key, nonce or associated data, or changed bytes.
std::optional<Secret> decrypt(const AeadParameters& parameters,
                              std::span<const std::uint8_t> ciphertext_and_tag);

}  // namespace berth::crypto
