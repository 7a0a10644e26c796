// Files that only their owner may read, for keys that a command was asked to write down.
// Room cli, private to it. Thread rule: blocking.
#pragma once

#include "cli/failure.h"

#include <filesystem>
#include <string_view>

namespace berth::cli {

// Creates or replaces the file, mode 0600 from its first byte on.
Try<void> write_private_file(const std::filesystem::path& path, std::string_view content);

}  // namespace berth::cli
