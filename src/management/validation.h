// Rules that more than one noun needs. What belongs to one noun alone is in its file.
//
// Room management. Every failure is kInvalid and names the member. Thread rule: pure functions.
#pragma once

#include "base/secret.h"
#include "domain/operations.h"
#include "management/call.h"

#include <string>
#include <string_view>

namespace berth::management {

inline constexpr std::size_t kDisplayNameBytesMax = 128;
inline constexpr std::size_t kKeyBytesMin = 16;
inline constexpr std::size_t kKeyBytesMax = 64;
inline constexpr std::size_t kKeyBytesMade = 64;
inline constexpr std::uint32_t kWeightMax = 1000;
inline constexpr std::size_t kHubsPerEnrollmentMax = 100;
inline constexpr std::size_t kTagsBytesMax = 8 * 1024;
inline constexpr std::size_t kDesiredBytesMax = 32 * 1024;
inline constexpr std::size_t kDeviceInformationBytesMax = 8 * 1024;
inline constexpr std::size_t kJsonDepthMax = 10;
inline constexpr std::size_t kCursorBytesMax = 1024;

// The display name to keep: `given`, or `otherwise` when it is empty. At most kDisplayNameBytesMax
// of UTF-8 without control characters.
Result<std::string> display_name(std::string_view given, std::string_view otherwise);
// The host name in lower case; empty stays empty.
Result<std::string> host_name(std::string_view member, std::string_view given);
Result<void> check_key(std::string_view member, const Secret& key);
// A JSON object of at most `bytes_max` and kJsonDepthMax levels.
Result<void> check_json_object(std::string_view member, std::string_view text,
                               std::size_t bytes_max);
// The page with its default filled in.
Result<domain::Page> checked_page(domain::Page page, const Settings& settings);

}  // namespace berth::management
