// SHA-256 (FIPS 180-4) over OpenSSL.
//
// Room crypto. Thread rule: any thread; the digest is fetched once per process.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace berth::crypto {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::span<const std::uint8_t> bytes);

}  // namespace berth::crypto
