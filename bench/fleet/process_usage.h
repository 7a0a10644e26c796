// What a server's processes have cost: processor time and memory out of /proc.
//
// Linux only. Thread rule: plain functions; a process that is gone counts as nothing.
#pragma once

#include <cstdint>
#include <vector>

namespace berth::fleet {

struct Usage {
  double cpu_seconds = 0;  // user and system, of all threads, also of those that ended
  std::uint64_t rss = 0;   // bytes
  std::uint64_t pss = 0;   // 0 unless asked for
};

// The processes and their children (the workers of nginx), sorted.
std::vector<int> with_children(const std::vector<int>& pids);

enum class Detail { kQuick, kWithPss };
Usage usage_of(const std::vector<int>& pids, Detail detail);

}  // namespace berth::fleet
