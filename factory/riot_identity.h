// The two keys a board has from its unique device secret (UDS) and its measured code, in the RIoT
// profile of those boards (dice-x509.md §2.3). Other code bases of that name compute other keys
// (§3).
//
//   UDS, core ─► CDI ─► DeviceID key        firmware ─► FWID ─► Alias key
//
// Room factory. Thread rule: pure functions. Whoever gets a RiotIdentity owns all of it.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "crypto/hash.h"
#include "factory/p256.h"

#include <cstdint>
#include <span>
#include <string_view>

namespace berth::factory {

inline constexpr std::size_t kUdsBytes = 32;
inline constexpr std::size_t kMeasuredBytesMin = 8;

// The parts of an image that count; it belongs to the caller.
struct MeasuredCode {
  std::span<const std::uint8_t> core;
  std::span<const std::uint8_t> firmware;
};

struct RiotKey {
  Secret scalar;  // big-endian
  P256Point point{};
};

struct RiotIdentity {
  Secret cdi;
  crypto::Sha256 fwid{};  // digest of the firmware
  RiotKey device_id;
  RiotKey alias;
};

// One key from a seed of any size. kInvalid when the seed gives none, once in 2^32.
Result<RiotKey> riot_key(const Secret& seed, std::string_view label);

// kInvalid: a UDS that has not kUdsBytes, a part below kMeasuredBytesMin, or as above.
Result<RiotIdentity> derive_riot_identity(const Secret& uds, const MeasuredCode& code);

}  // namespace berth::factory
