// What the log lets go: events beyond the size and beyond the age, and what readers hear of it.
#include "base/log.h"
#include "base/rng.h"
#include "store/rocksdb/tests/log_fixture.h"

#include <gmock/gmock.h>

namespace berth::store::rocksdb {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::size_t kMebibyte = 1024 * 1024;

class RetentionTest : public LogTest {
 protected:
  void SetUp() override { options_.bytes_max = kHubBytesMin; }
  // About `mebibytes` that cannot be compressed.
  void fill(std::size_t mebibytes) {
    base::SeededRng rng(filled_++);
    const std::string part = rng.hex(8 * 1024);
    std::string body;
    for (std::size_t i = 0; i < mebibytes * 32; ++i) {
      body.clear();
      while (body.size() < 32 * 1024) {
        for (std::uint64_t word = rng.next(); word != 0 && body.size() < 32 * 1024; word >>= 8) {
          body.push_back(static_cast<char>(word));
        }
      }
      log_->append_detached(make_event("d", body, clock_.wall()));
      if (i % 32 == 31) ASSERT_TRUE(append("d", "end of a mebibyte"));
    }
  }
  std::uint64_t bytes() {
    log_->do_chores();
    return log_->stats().hubs.at(0).bytes;
  }
  std::uint64_t filled_ = 1;
};

TEST_F(RetentionTest, DropsTheOldestBeyondTheSizeAndTellsReaders) {
  open();
  append_numbers(1, 10);
  const std::string cursor = read_from("", 5).cursor;
  fill(48);
  open();  // waits for what goes on behind
  fill(8);
  EXPECT_LT(bytes(), kHubBytesMin + 12 * kMebibyte);
  const hub::EventBatch late = read_from(cursor, 1);
  EXPECT_TRUE(late.gap);
  ASSERT_EQ(late.events.size(), 1u);
  EXPECT_FALSE(read_from("", 1).gap) << "who begins at the oldest has missed nothing";
  EXPECT_EQ(read_from("", 1).events[0].position.sequence, late.events[0].position.sequence);
}

TEST_F(RetentionTest, DoesNotServeWhatIsTooOld) {
  options_.age_max = std::chrono::hours(1);
  open();
  append_numbers(1, 3);
  const std::string cursor = read_from("", 1).cursor;
  clock_.advance(std::chrono::minutes(40));
  append_numbers(4, 5);
  clock_.advance(std::chrono::minutes(40));
  EXPECT_THAT(bodies(read_from("")), ElementsAre("4", "5"));
  EXPECT_FALSE(read_from("").gap);
  EXPECT_TRUE(read_from(cursor).gap);
  EXPECT_THAT(bodies(read_from(cursor)), ElementsAre("4", "5"));
}

TEST_F(RetentionTest, WhatIsTooOldLeavesTheDiskAndNumbersGoOn) {
  options_.age_max = std::chrono::hours(1);
  open();
  fill(6);
  const std::uint64_t last = append("d", "last")->sequence;
  const std::string cursor = read_from(std::string(hub::kFromNow)).cursor;
  clock_.advance(std::chrono::hours(2));
  EXPECT_EQ(bytes(), 0u);
  EXPECT_EQ(log_->stats().hubs.at(0).events, 0u);
  EXPECT_THAT(read_from("").events, IsEmpty());
  open();
  EXPECT_EQ(append("d", "next")->sequence, last + 1);
  const hub::EventBatch batch = read_from(cursor);
  EXPECT_THAT(bodies(batch), ElementsAre("next"));
  EXPECT_FALSE(batch.gap) << "this reader had seen all that went";
}

TEST_F(RetentionTest, AFileGoesOnlyWithItsNewestEvent) {
  options_.age_max = std::chrono::hours(1);
  open();
  append_numbers(1, 3);
  clock_.advance(std::chrono::minutes(59));
  append_numbers(4, 4);
  open();  // one file with both
  clock_.advance(std::chrono::minutes(30));
  log_->do_chores();
  EXPECT_THAT(bodies(read_from("")), ElementsAre("4"));
}

TEST_F(RetentionTest, WithoutAnAgeEverythingStays) {
  options_.age_max = std::chrono::seconds(0);
  open();
  append_numbers(1, 3);
  clock_.advance(std::chrono::hours(24 * 400));
  log_->do_chores();
  EXPECT_EQ(read_from("").events.size(), 3u);
}

}  // namespace
}  // namespace berth::store::rocksdb
