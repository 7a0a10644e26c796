// Files that a command was asked to write: with keys, for their owner alone, or with what is no
// secret.
// Room cli, private to it. Thread rule: blocking.
#pragma once

#include "cli/failure.h"

#include <filesystem>
#include <string_view>

namespace berth::cli {

// Creates or replaces the file, mode 0600 from its first byte on.
Try<void> write_private_file(const std::filesystem::path& path, std::string_view content);
// The same with the mode of any new file.
Try<void> write_plain_file(const std::filesystem::path& path, std::string_view content);

}  // namespace berth::cli
