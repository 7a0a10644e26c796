// What seed_bench is told to put into a store, from its flags.
//
// Bench seed. Thread rule: plain values.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace berth::bench::seed {

struct Options {
  std::filesystem::path data;      // a data directory that `berth serve` has made
  std::filesystem::path key_file;  // the seed key in base64
  std::uint64_t individuals = 0;
  std::string prefix = "i-";  // of individual enrollments
  std::uint64_t apart = 1;    // see individual_id()
  std::uint64_t groups = 0;
  std::string group_prefix = "line-";
  std::uint64_t devices = 0;
  std::string device_prefix = "d-";
  std::uint64_t device_groups = 1;  // device i belongs to group i modulo this
  std::uint64_t max_seconds = 600;
};

// kInvalid for what is not a flag or has no value; `mend` has the usage.
Result<Options> parse_options(std::span<char*> arguments);

}  // namespace berth::bench::seed
