#include "app/spare_memory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>

namespace berth::app {
namespace {

using std::chrono::seconds;

constexpr std::size_t kMany = 10 * SpareMemory::kKept;

// Functions without state of their own, as those of the C library.
std::size_t spare = 0;
int given_back = 0;

std::size_t spare_now() { return spare; }
std::size_t give_back() {
  ++given_back;
  return spare;
}

class SpareMemoryTest : public testing::Test {
 protected:
  SpareMemoryTest() {
    spare = 0;
    given_back = 0;
  }

  // Looks after the time between two looks.
  void look() { memory_.look(now_ += SpareMemory::kLookEvery); }

  Instant now_ = Instant() + std::chrono::hours(1);
  SpareMemory memory_{{&spare_now, &give_back}};
};

TEST_F(SpareMemoryTest, WhatStaysFreeIsGivenBackOnce) {
  spare = kMany;
  look();
  EXPECT_EQ(given_back, 0) << "a load may have ended this second, and the next begin";
  look();
  EXPECT_EQ(given_back, 1);
  // The allocator still counts it as free.
  for (int i = 0; i < 5; ++i) look();
  EXPECT_EQ(given_back, 1);
}

TEST_F(SpareMemoryTest, ALittleStays) {
  spare = SpareMemory::kKept;
  for (int i = 0; i < 5; ++i) look();
  EXPECT_EQ(given_back, 0);
}

TEST_F(SpareMemoryTest, WhatIsUsedAgainInBetweenStays) {
  for (int i = 0; i < 5; ++i) {
    spare = kMany;
    look();
    spare = 0;
    look();
  }
  EXPECT_EQ(given_back, 0);
}

TEST_F(SpareMemoryTest, TheNextCrowdCountsAgain) {
  spare = kMany;
  look();
  look();
  spare = 0;  // a crowd uses all of it
  look();
  spare = kMany;
  look();
  look();
  EXPECT_EQ(given_back, 2);
}

TEST_F(SpareMemoryTest, LooksNoMoreOftenThanItSays) {
  spare = kMany;
  look();
  memory_.look(now_ + seconds(1));
  memory_.look(now_ + SpareMemory::kLookEvery - seconds(1));
  EXPECT_EQ(given_back, 0);
}

}  // namespace
}  // namespace berth::app
