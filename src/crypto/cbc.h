// AES-128-CBC (NIST SP 800-38A) over OpenSSL, without padding and without authentication: for
// protocols that seal an answer so. What the server itself stores goes through Keyring.
//
// Room crypto. Thread rule: any thread; each keeps a context of its own that is keyed anew for
// every call.
#pragma once

#include "base/codec.h"
#include "base/secret.h"

#include <cstdint>
#include <optional>
#include <span>

namespace berth::crypto {

inline constexpr std::size_t kBlockBytes = 16;

// `whole_blocks` has a multiple of kBlockBytes: padding is the caller's.
base::Bytes encrypt_aes128_cbc(std::span<const std::uint8_t, 16> key,
                               std::span<const std::uint8_t, 16> iv,
                               std::span<const std::uint8_t> whole_blocks);
// Padding included. Nothing when `ciphertext` is not whole blocks.
std::optional<Secret> decrypt_aes128_cbc(std::span<const std::uint8_t, 16> key,
                                         std::span<const std::uint8_t, 16> iv,
                                         std::span<const std::uint8_t> ciphertext);

}  // namespace berth::crypto
