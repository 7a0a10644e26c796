// Keys that a group's devices get without anybody writing them down: HMAC-SHA-256 of the
// registration id under the group key (azure-dps.md §4).
//
// Room crypto; used by attestation, issuing and factory. Thread rule: any thread.
#pragma once

#include "base/secret.h"

#include <span>
#include <string_view>

namespace berth::crypto {

// 32 bytes. `group_key` is the decoded key; the id counts in exactly the spelling given.
Secret derive_device_key(std::span<const std::uint8_t> group_key, std::string_view registration_id);

}  // namespace berth::crypto
