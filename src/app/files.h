// Small files that must be whole or absent: written beside, synced, renamed.
// Room app. Thread rule: any thread; blocking, so only at start-up.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace berth::app {

// Replaces `path` with `content`, mode as given, durable when it returns.
Result<void> write_file(const std::filesystem::path& path, std::string_view content, int mode);
// The whole file, at most `size_max` bytes. kNotFound when there is none.
Result<Secret> read_file(const std::filesystem::path& path, std::size_t size_max = 1 << 20);
// kInvalid when group or others may read the file, with the chmod that mends it.
Result<void> check_private(const std::filesystem::path& path);

}  // namespace berth::app
