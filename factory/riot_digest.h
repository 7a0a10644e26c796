// The digest of the boards' first layer (dice-x509.md §2.2): SHA-256 with every byte order turned
// round. Words, bit count and result are little-endian; nothing else in the world computes it.
//
// Room factory. Thread rule: pure functions. Nothing of the text stays in memory.
#pragma once

#include "base/secret.h"

#include <cstdint>
#include <span>

namespace berth::factory {

// 32 bytes. A Secret, because most texts are.
Secret riot_digest(std::span<const std::uint8_t> text);

}  // namespace berth::factory
