#include "store/sql/unit_queue.h"

#include <gtest/gtest.h>

#include <thread>

namespace berth::store::sql {
namespace {

class CountedUnit final : public Unit {
 public:
  explicit CountedUnit(std::atomic<int>& finished) : finished_(finished) {}
  Result<void> run(Connection&) override { return {}; }
  void finish(Result<void>) override { ++finished_; }

 private:
  std::atomic<int>& finished_;
};

class UnitQueueTest : public testing::Test {
 protected:
  static UnitQueue::Bounds bounds(std::size_t slices) { return {10'000, 10, 1, slices}; }
  void push(int count) {
    for (int i = 0; i < count; ++i) {
      queue.push(Lane::kWrite, std::make_unique<CountedUnit>(finished));
    }
  }

  base::FakeClock clock;
  Counters counters;
  std::atomic<int> finished = 0;
  UnitQueue queue{bounds(1'000'000), clock, counters};
};

TEST_F(UnitQueueTest, OneAloneWaitsForNobody) {
  for (int i = 0; i < 100; ++i) {
    push(1);
    EXPECT_EQ(queue.pop(64).units.size(), 1U);
  }
}

TEST_F(UnitQueueTest, AFullGroupWaitsForNobody) {
  push(130);
  EXPECT_EQ(queue.pop(64).units.size(), 64U);
  EXPECT_EQ(queue.pop(64).units.size(), 64U);
}

TEST_F(UnitQueueTest, AGroupEndsWhenASliceBringsNoMore) {
  push(3);
  EXPECT_EQ(queue.pop(64).units.size(), 3U);  // a million slices would be half an hour
}

TEST_F(UnitQueueTest, ClosingEndsTheWait) {
  push(2);
  queue.close();
  EXPECT_EQ(queue.pop(64).units.size(), 2U);
  EXPECT_TRUE(queue.pop(64).last);
}

TEST_F(UnitQueueTest, EveryUnitIsHandedOutOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this] { push(500); });
  }
  std::size_t groups = 0;
  while (finished < 2'000) {
    UnitQueue::Group group = queue.pop(64);
    ++groups;
    finish_all(group.units, {});
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_GE(groups, 2'000U / 64);
  queue.close();
  EXPECT_TRUE(queue.pop(64).last);
}

}  // namespace
}  // namespace berth::store::sql
