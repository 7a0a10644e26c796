// Keys of 32 bytes from passphrases, slowly: Argon2id (RFC 9106), scrypt (RFC 7914) or
// PBKDF2-HMAC-SHA-256 (RFC 8018), whose costs came with what is to be opened. What is cheaper than
// is safe is refused, and so is what would take all memory or time here.
//
// Room crypto. Thread rule: any thread; each call holds its memory (at most kSlowKeyMemoryMax) for
// as long as it takes, so the caller bounds how many run at once.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <cstdint>
#include <span>
#include <variant>

namespace berth::crypto {

inline constexpr std::size_t kSlowKeySaltBytes = 16;
inline constexpr std::size_t kSlowKeyMemoryMax = 256U << 20U;

struct Argon2idCost {
  std::uint32_t memory_kib = 65'536;  // 19456 to 262144
  std::uint32_t passes = 3;           // 2 to 10
  std::uint32_t lanes = 1;            // 1 to 4
  bool operator==(const Argon2idCost&) const = default;
};
struct ScryptCost {
  std::uint32_t log2_n = 15;  // 15 to 17
  std::uint32_t r = 8;        // 8 to 16
  std::uint32_t p = 1;        // 1 to 4
  bool operator==(const ScryptCost&) const = default;
};
struct Pbkdf2Cost {
  std::uint32_t rounds = 600'000;  // to 2000000
  bool operator==(const Pbkdf2Cost&) const = default;
};
using SlowKeyCost = std::variant<Argon2idCost, ScryptCost, Pbkdf2Cost>;

// kInvalid when the costs are out of these bounds.
Result<void> check_slow_key_cost(const SlowKeyCost& cost);

// kInvalid as above; kUnavailable when there is not enough memory.
Result<Secret> slow_key(const Secret& passphrase,
                        std::span<const std::uint8_t, kSlowKeySaltBytes> salt,
                        const SlowKeyCost& cost);

}  // namespace berth::crypto
