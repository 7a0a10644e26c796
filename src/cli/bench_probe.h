// What a measurement must be read beside: the server's processor time, and what the disk did in the
// same minute.
//
// Room cli, private to it. Thread rule: blocking.
#pragma once

#include "base/clock.h"
#include "berth/device/percentiles.h"
#include "cli/failure.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>

namespace berth::cli {

// User and system time from the text of /proc/PID/stat, in ticks of `ticks_per_second`. None when
// it is not such a text.
std::optional<std::chrono::microseconds> parse_cpu_time(std::string_view stat,
                                                        long ticks_per_second);
// The same of a running process; none when there is no such process.
std::optional<std::chrono::microseconds> cpu_time(std::uint64_t pid);

struct DiskProbe {
  std::uint64_t count = 0;
  device::Percentiles times;  // of one append of 4 KiB and its fdatasync
};

// Appends to a file of its own in `directory` and removes it.
Try<DiskProbe> probe_disk(const std::filesystem::path& directory, std::uint64_t count,
                          const Clock& clock);

}  // namespace berth::cli
