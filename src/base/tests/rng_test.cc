#include "base/rng.h"

#include <gtest/gtest.h>

#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace berth::base {
namespace {

TEST(SystemRng, NeverGivesTheSameBytesTwice) {
  SystemRng rng;
  std::set<std::string> seen;
  for (std::size_t size = 8; size <= 96; size += 8) {
    for (int i = 0; i < 200; ++i) EXPECT_TRUE(seen.insert(rng.hex(size)).second);
  }
  // Nor any piece of what was fetched ahead, in whatever sizes it is taken.
  std::set<std::uint64_t> words;
  for (int i = 0; i < 10'000; ++i) EXPECT_TRUE(words.insert(rng.next()).second);
}

TEST(SystemRng, ThreadsShareNothing) {
  SystemRng rng;
  std::mutex mutex;
  std::set<std::string> seen;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) {
        const std::string id = rng.uuid();
        const std::lock_guard lock(mutex);
        EXPECT_TRUE(seen.insert(id).second);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(seen.size(), 2'000U);
}

TEST(SystemRng, FillsWhatItIsGivenAndNoMore) {
  SystemRng rng;
  for (std::size_t size = 0; size < 600; ++size) {
    std::vector<std::uint8_t> bytes(size + 2, 0xA5);
    rng.fill({bytes.data() + 1, size});
    EXPECT_EQ(bytes.front(), 0xA5);
    EXPECT_EQ(bytes.back(), 0xA5);
  }
}

}  // namespace
}  // namespace berth::base
