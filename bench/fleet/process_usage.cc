#include "bench/fleet/process_usage.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <unistd.h>

namespace berth::fleet {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A line "Rss:      1234 kB" of a file in /proc, in bytes.
std::uint64_t kilobytes(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\n" + name + ":");
  return at == text.npos ? 0
                         : std::strtoull(text.c_str() + at + name.size() + 2, nullptr, 10) * 1024;
}

void add_children(int pid, std::set<int>& found) {
  if (!found.insert(pid).second) return;
  const std::string path = "/proc/" + std::to_string(pid);
  std::istringstream children(read_file(path + "/task/" + std::to_string(pid) + "/children"));
  for (int child = 0; children >> child;) add_children(child, found);
}

}  // namespace

std::vector<int> with_children(const std::vector<int>& pids) {
  std::set<int> found;
  for (const int pid : pids) add_children(pid, found);
  return {found.begin(), found.end()};
}

Usage usage_of(const std::vector<int>& pids, Detail detail) {
  Usage usage;
  for (const int pid : pids) {
    const std::string directory = "/proc/" + std::to_string(pid);
    const std::string stat = read_file(directory + "/stat");
    // proc(5): the name in parentheses may hold anything, so fields are counted after the last ')'.
    const std::size_t name_end = stat.rfind(')');
    if (name_end == stat.npos) continue;
    std::istringstream fields{stat.substr(name_end + 1)};
    std::string skipped;
    for (int field = 3; field < 14; ++field) fields >> skipped;
    double user = 0;
    double system = 0;
    fields >> user >> system;
    usage.cpu_seconds += (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
    usage.rss += kilobytes(read_file(directory + "/status"), "VmRSS");
    if (detail == Detail::kWithPss) {
      usage.pss += kilobytes(read_file(directory + "/smaps_rollup"), "Pss");
    }
  }
  return usage;
}

}  // namespace berth::fleet
