// Reading berth.toml into plain settings, each with its place in the file. The only user of toml++.
// Room config, private to it. Thread rule: blocking file access; start-up only.
#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace berth::config {

enum class FileType { kText, kWhole, kFraction, kSwitch, kOther };

struct FileSetting {
  std::string key;                  // "net.body_bytes_max"
  std::vector<std::string> values;  // one, or the items of an array
  std::vector<FileType> types;      // of the values
  bool is_array = false;
  std::string where;  // "berth.toml:3:1"
};

inline constexpr std::uintmax_t kFileBytesMax = 1024 * 1024;

// kNotFound when there is no such file; kInvalid with line and column when it is not TOML.
Result<std::vector<FileSetting>> read_settings(const std::filesystem::path& file);

}  // namespace berth::config
