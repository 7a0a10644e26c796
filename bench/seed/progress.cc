#include "bench/seed/progress.h"

#include <fmt/format.h>

#include <cstdio>

namespace berth::bench::seed {

static constexpr std::uint64_t kSayEvery = 100'000;

void Progress::say() const {
  const std::chrono::duration<double> took = clock_.monotonic() - begun_;
  const std::string line =
      fmt::format("seed: {} of {} {}, {:.1f} s\n", done_, count_, what_, took.count());
  std::fputs(line.c_str(), stderr);
}

void Progress::one_more() {
  ++done_;
  if (done_ % kSayEvery == 0 || done_ == count_) say();
}

Result<void> Progress::end() const {
  if (done_ == count_) return {};
  return Fail(ErrorKind::kTooMany,
              fmt::format("time was over after {} of {} {}", done_, count_, what_),
              "give it more --max-seconds");
}

}  // namespace berth::bench::seed
