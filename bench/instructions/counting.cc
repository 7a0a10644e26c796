#include "bench/instructions/counting.h"

#include "base/codec.h"

#include <fmt/format.h>
#include <valgrind/callgrind.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdlib>

namespace {

std::atomic<bool> counts{false};
std::atomic<std::uint64_t> calls{0};
std::atomic<std::uint64_t> bytes{0};

void count(std::size_t size) {
  if (!counts.load(std::memory_order_relaxed)) return;
  calls.fetch_add(1, std::memory_order_relaxed);
  bytes.fetch_add(size, std::memory_order_relaxed);
}

}  // namespace

extern "C" {
void* __libc_malloc(std::size_t size);                           // NOLINT
void* __libc_calloc(std::size_t number, std::size_t size);       // NOLINT
void* __libc_realloc(void* old, std::size_t size);               // NOLINT
void* __libc_memalign(std::size_t alignment, std::size_t size);  // NOLINT

void* malloc(std::size_t size) noexcept {
  count(size);
  return __libc_malloc(size);
}
void* calloc(std::size_t number, std::size_t size) noexcept {
  count(number * size);
  return __libc_calloc(number, size);
}
void* realloc(void* old, std::size_t size) noexcept {
  count(size);
  return __libc_realloc(old, size);
}
void* memalign(std::size_t alignment, std::size_t size) noexcept {
  count(size);
  return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  count(size);
  return __libc_memalign(alignment, size);
}
int posix_memalign(void** made, std::size_t alignment, std::size_t size) noexcept {
  count(size);
  *made = __libc_memalign(alignment, size);
  return *made == nullptr ? ENOMEM : 0;
}
}

namespace berth::bench {
namespace {

constexpr std::chrono::milliseconds kBetweenOperations{1};
constexpr std::size_t kAnswerShown = 400;

struct Stretch {
  std::size_t from = 0;
  std::size_t until = 0;
};

Task<void> run_stretch(World& world, const Counter::Operation& operation, Stretch stretch,
                       std::vector<std::string>& answers) {
  for (std::size_t i = stretch.from; i < stretch.until; ++i) {
    world.clock().advance(kBetweenOperations);
    std::string answer = co_await operation(i);
    answers[i] = std::move(answer);
  }
}

}  // namespace

Result<std::vector<std::string>> Counter::run(const std::string& name, const Operation& operation,
                                              const Words& words) {
  std::vector<std::string> answers(size());
  world_.run(run_stretch(world_, operation, {0, warm_up_}, answers));
  const std::uint64_t calls_before = calls.load();
  const std::uint64_t bytes_before = bytes.load();
  counts.store(true);
  CALLGRIND_START_INSTRUMENTATION;
  world_.run(run_stretch(world_, operation, {warm_up_, size()}, answers));
  CALLGRIND_STOP_INSTRUMENTATION;
  counts.store(false);
  CALLGRIND_DUMP_STATS_AT(name.c_str());
  phases_.push_back({name, operations_, calls.load() - calls_before, bytes.load() - bytes_before});
  Result<void> good = check(answers, words, name);
  if (!good) return Fail(std::move(good).error());
  return answers;
}

Result<void> Counter::check(const std::vector<std::string>& answers, const Words& words,
                            const std::string& name) const {
  if (!world_.complaints().first().empty()) {
    return Fail(ErrorKind::kInternal, name + ": refused: " + world_.complaints().first());
  }
  for (std::size_t i = 0; i < answers.size(); ++i) {
    for (const std::string& word : words) {
      if (answers[i].find(word) != std::string::npos) continue;
      return Fail(ErrorKind::kInternal, fmt::format("{}: operation {} was not answered '{}' but {}",
                                                    name, i, base::printable(word, kAnswerShown),
                                                    base::printable(answers[i], kAnswerShown)));
    }
  }
  return {};
}

}  // namespace berth::bench
