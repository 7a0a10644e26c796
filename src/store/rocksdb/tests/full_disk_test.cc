// A full disk: appends fail and say so, readers are served, and it goes on when there is space.
#include "store/rocksdb/tests/full_disk.h"

#include "base/log.h"
#include "store/rocksdb/tests/log_fixture.h"

#include <gmock/gmock.h>

namespace berth::store::rocksdb {
namespace {

using testing::ElementsAre;

class FullDiskTest : public LogTest {
 protected:
  void SetUp() override { env_ = env_owner_.get(); }
  void TearDown() override { log_.reset(); }

  std::shared_ptr<FullDisk> disk_ = std::make_shared<FullDisk>();
  std::unique_ptr<::rocksdb::Env> env_owner_ = ::rocksdb::NewCompositeEnv(disk_);
};

TEST_F(FullDiskTest, RefusesAppendsServesReadersAndGoesOnWithSpace) {
  open();
  append_numbers(1, 3);
  disk_->full = true;
  for (int i = 0; i < 5; ++i) {
    const auto refused = append("d", "refused");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
    EXPECT_THAT(bodies(read_from("")), ElementsAre("1", "2", "3"));
    clock_.advance(std::chrono::seconds(2));  // it is tried again
  }
  EXPECT_FALSE(log_->ready());
  disk_->full = false;
  clock_.advance(std::chrono::seconds(2));
  append_numbers(4, 5);
  EXPECT_TRUE(log_->ready());
  const hub::EventBatch batch = read_from("");
  EXPECT_THAT(bodies(batch), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_FALSE(batch.gap);
  EXPECT_EQ(batch.events.back().position.sequence, 5u);
  open();
  EXPECT_THAT(bodies(read_from("")), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_EQ(log_->stats().recoveries, 0u);
}

TEST_F(FullDiskTest, BetweenTriesItIsNotAskedAgain) {
  open();
  append_numbers(1, 1);
  disk_->full = true;
  EXPECT_FALSE(append("d", "x"));
  disk_->full = false;
  EXPECT_FALSE(append("d", "x")) << "not a second has passed";
  clock_.advance(std::chrono::seconds(1));
  EXPECT_TRUE(append("d", "x"));
}

TEST_F(FullDiskTest, OpensOnAFullDiskAndBeginsWhenThereIsSpace) {
  open();
  append_numbers(1, 2);
  log_.reset();
  disk_->full = true;
  open();
  EXPECT_EQ(append("d", "x").error().kind, ErrorKind::kUnavailable);
  EXPECT_FALSE(log_->ready());
  disk_->full = false;
  clock_.advance(std::chrono::seconds(1));
  append_numbers(3, 3);
  EXPECT_THAT(bodies(read_from("")), ElementsAre("1", "2", "3"));
  EXPECT_EQ(log_->stats().recoveries, 0u);
}

TEST_F(FullDiskTest, AnAppendThatNobodyWaitsForIsCountedAsDropped) {
  open();
  append_numbers(1, 1);
  disk_->full = true;
  log_->append_detached(make_event("d", "x"));
  EXPECT_FALSE(append("d", "x"));
  EXPECT_EQ(log_->stats().dropped, 1u);
  EXPECT_EQ(log_->stats().failed, 2u);
}

TEST_F(FullDiskTest, RefusesEachOfThoseThatCameTogetherAndKeepsNone) {
  open();
  append_numbers(1, 1);
  disk_->full = true;
  for (const auto& each : append_together(2, 4)) {
    ASSERT_FALSE(each);
    EXPECT_EQ(each.error().kind, ErrorKind::kUnavailable);
  }
  EXPECT_EQ(log_->stats().failed, 3u);
  EXPECT_EQ(log_->stats().dropped, 0u);
  disk_->full = false;
  clock_.advance(std::chrono::seconds(2));
  append_numbers(5, 5);
  EXPECT_THAT(bodies(read_from("")), ElementsAre("1", "5"));
}

TEST_F(LogTest, AQueueThatIsFullRefuses) {
  options_.queue_events_max = 1;
  options_.queue_bytes_max = 4096;
  open();
  const auto refused = append("d", std::string(5000, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(log_->stats().rejected, 1u);
  append_numbers(1, 1);
}

TEST_F(LogTest, AQueueWithoutRoomForAllTakesNone) {
  options_.queue_events_max = 2;
  open();
  for (const auto& each : append_together(1, 3)) EXPECT_FALSE(each);
  EXPECT_EQ(log_->stats().rejected, 3u);
  EXPECT_EQ(log_->stats().queue_events, 0u);
  for (const auto& each : append_together(4, 5)) EXPECT_TRUE(each);
  EXPECT_THAT(bodies(read_from("")), ElementsAre("4", "5"));
}

TEST_F(LogTest, OneThatIsTooLargeIsRefusedAndThoseWithItAreKept) {
  open();
  std::vector<domain::Event> events;
  for (const std::size_t size : {std::size_t{1}, std::size_t{2'000'000}, std::size_t{2}}) {
    events.push_back(std::move(*make_event("d", std::string(size, 'x'))));
  }
  const auto positions = wait_for(log_->append_all(std::move(events)));
  ASSERT_EQ(positions.size(), 3u);
  ASSERT_TRUE(positions[0] && positions[2]);
  EXPECT_EQ(positions[1].error().kind, ErrorKind::kTooLarge);
  EXPECT_EQ(positions[2]->sequence, positions[0]->sequence + 1);
  EXPECT_THAT(bodies(read_from("")), ElementsAre("x", "xx"));
  EXPECT_EQ(log_->stats().appends, 2u);
  EXPECT_EQ(log_->stats().failed, 1u);
}

TEST_F(LogTest, ThoseThatComeTogetherShareASyncAlsoBeyondTheGroup) {
  options_.group_events_max = 2;
  open();
  const std::uint64_t before = log_->stats().syncs;
  const auto positions = append_together(1, 5);
  ASSERT_EQ(positions.size(), 5u);
  for (std::size_t i = 0; i < positions.size(); ++i) EXPECT_EQ(positions[i]->sequence, i + 1);
  EXPECT_EQ(log_->stats().syncs, before + 1);
  EXPECT_TRUE(append_together(2, 1).empty());
  EXPECT_THAT(bodies(read_from("")), ElementsAre("1", "2", "3", "4", "5"));
}

}  // namespace
}  // namespace berth::store::rocksdb
