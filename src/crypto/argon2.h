// Argon2id (RFC 9106), for passwords that people choose: slow on purpose, and it takes memory so
// that guessing machines gain little. 19 MiB and two passes, about 25 ms.
//
// What is kept is the usual text: "$argon2id$v=19$m=19456,t=2,p=1$<salt>$<tag>".
//
// Room crypto. Thread rule: any thread; each call holds its memory for as long as it takes, so the
// caller bounds how many run at once.
#pragma once

#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace berth::crypto {

// kUnavailable when there is not enough memory.
Result<std::string> hash_password(const Secret& password, Rng& rng);

// False as well when `encoded` is no such text or asks for more memory or time than any password
// here was given. kUnavailable when there is not enough memory, and nothing is known then.
Result<bool> verify_password(std::string_view encoded, const Secret& password);

// A key of 32 bytes from a password and a salt of at least 8, to seal something with.
struct StretchCost {
  std::uint32_t memory_kib = 65'536;
  std::uint32_t passes = 3;
};
// kInvalid for a cost or salt out of bounds, so that a foreign file cannot ask for all memory.
Result<Secret> stretch_password(const Secret& password, std::span<const std::uint8_t> salt,
                                const StretchCost& cost);

// A text that no password matches; to check one takes as long as to check any other.
std::string unmatchable_password(Rng& rng);

}  // namespace berth::crypto
