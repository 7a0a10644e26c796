// The factory side of symmetric keys: what is burned into a device so that it can enrol without
// anybody entering it, and the shared access signature it will send.
//
// Room factory. Offline: needs the group key and nothing else. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <string_view>

namespace berth::factory {

inline constexpr std::size_t kKeyBytesMin = 16;
inline constexpr std::size_t kKeyBytesMax = 64;

// The decoded key. kInvalid when the text, trimmed of surrounding white space, is not base64 of 16
// to 64 bytes; the error never quotes it.
Result<Secret> read_key(std::string_view base64_text);

// Base64 of the device's key: HMAC-SHA-256 of the id under the group key (azure-dps.md §4). The id
// counts in exactly this spelling. kInvalid when it breaks the rules for registration ids.
Result<Secret> derive_key(const Secret& group_key, std::string_view registration_id);

}  // namespace berth::factory
