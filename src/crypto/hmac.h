// HMAC-SHA-256, HMAC-SHA-1 and HMAC-MD5 (RFC 2104) and HKDF-SHA-256 (RFC 5869) over OpenSSL. SHA-1
// and MD5 are for devices that know nothing newer; as a MAC SHA-1 is still sound, and of MD5 no
// forgery is known (RFC 6151), but nothing new should choose it.
//
// Each thread fetches a hash once and keeps one context for it, keyed anew for every call. Between
// calls nothing of a key is kept but what the hash leaves in its state.
//
// Room crypto. Thread rule: any thread. Keys of any size, empty texts and empty keys included.
#pragma once

#include "base/secret.h"
#include "crypto/hash.h"

#include <array>
#include <span>
#include <string_view>

namespace berth::crypto {

// For tags that are public or compared: signatures, digests.
Sha256 hmac_sha256(std::span<const std::uint8_t> key, std::span<const std::uint8_t> text);
Sha256 hmac_sha256(std::span<const std::uint8_t> key, std::string_view text);

using Sha1Mac = std::array<std::uint8_t, 20>;
Sha1Mac hmac_sha1(std::span<const std::uint8_t> key, std::string_view text);

using Md5Mac = std::array<std::uint8_t, 16>;
Md5Mac hmac_md5(std::span<const std::uint8_t> key, std::string_view text);

// Constant time. False when `mac` has not 32 bytes.
bool verify_hmac_sha256(std::span<const std::uint8_t> key, std::string_view text,
                        std::span<const std::uint8_t> mac);

// For results that are keys themselves.
Secret hmac_sha256_secret(std::span<const std::uint8_t> key, std::string_view text);

// Extract and expand with an optional salt; `size` 1..8160 bytes.
Secret hkdf_sha256(const Secret& input, std::span<const std::uint8_t> salt, std::string_view info,
                   std::size_t size);

}  // namespace berth::crypto
