#include "cli/bench_probe.h"

#include "cli/invocation.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <fstream>
#include <sstream>
#include <system_error>
#include <unistd.h>

namespace berth::cli {

std::optional<std::chrono::microseconds> parse_cpu_time(std::string_view stat,
                                                        long ticks_per_second) {
  // proc(5): the name in parentheses may hold anything, so fields are counted after the last ')'.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == stat.npos || ticks_per_second <= 0) return std::nullopt;
  std::istringstream fields{std::string(stat.substr(name_end + 1))};
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::uint64_t user = 0;
  std::uint64_t system = 0;
  if (!(fields >> user >> system)) return std::nullopt;
  return std::chrono::microseconds((user + system) * 1'000'000 /
                                   static_cast<std::uint64_t>(ticks_per_second));
}

std::optional<std::chrono::microseconds> cpu_time(std::uint64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::stringstream text;
  text << file.rdbuf();
  return file ? parse_cpu_time(text.str(), ::sysconf(_SC_CLK_TCK)) : std::nullopt;
}

Try<DiskProbe> probe_disk(const std::filesystem::path& directory, std::uint64_t count,
                          const Clock& clock) {
  const std::string path =
      (directory / (".berth-disk-probe-" + std::to_string(::getpid()))).string();
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) {
    return Refuse("the disk cannot be measured in " + directory.string(),
                  std::generic_category().message(errno),
                  "run it as a user who may write there, or with --disk-probes 0");
  }
  ::unlink(path.c_str());
  const std::array<char, 4096> block{};
  std::vector<std::chrono::nanoseconds> times;
  for (std::uint64_t i = 0; i < count; ++i) {
    const Instant before = clock.monotonic();
    const bool whole =
        ::write(file, block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
        ::fdatasync(file) == 0;
    if (!whole) break;
    times.push_back(clock.monotonic() - before);
  }
  ::close(file);
  DiskProbe probe;
  probe.count = times.size();
  probe.times = device::percentiles(std::move(times));
  return probe;
}

}  // namespace berth::cli
