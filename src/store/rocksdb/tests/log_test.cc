// What the telemetry log promises while nothing goes wrong.
#include "store/rocksdb/record.h"
#include "store/rocksdb/tests/log_fixture.h"

#include <boost/asio/detached.hpp>
#include <gmock/gmock.h>

#include <map>
#include <set>
#include <thread>

namespace berth::store::rocksdb {
namespace {

using testing::ElementsAre;

class Log_ : public LogTest {
 protected:
  void SetUp() override { open(); }
};

TEST_F(Log_, GivesBackWhatWasAppendedInOrder) {
  append_numbers(1, 5);
  const hub::EventBatch batch = read_from("");
  EXPECT_THAT(bodies(batch), ElementsAre("1", "2", "3", "4", "5"));
  EXPECT_FALSE(batch.gap);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(batch.events[i].position.sequence, i + 1);
}

TEST_F(Log_, GoesOnAfterTheCursor) {
  append_numbers(1, 5);
  const hub::EventBatch first = read_from("", 2);
  EXPECT_THAT(bodies(first), ElementsAre("1", "2"));
  const hub::EventBatch second = read_from(first.cursor, 2);
  EXPECT_THAT(bodies(second), ElementsAre("3", "4"));
  const hub::EventBatch third = read_from(second.cursor);
  EXPECT_THAT(bodies(third), ElementsAre("5"));
  const hub::EventBatch none = read_from(third.cursor);
  EXPECT_TRUE(none.events.empty());
  EXPECT_EQ(none.cursor, third.cursor);
  EXPECT_FALSE(first.gap || second.gap || third.gap || none.gap);
}

TEST_F(Log_, BeginsNowWhenAskedTo) {
  append_numbers(1, 3);
  const hub::EventBatch now = read_from(std::string(hub::kFromNow));
  EXPECT_TRUE(now.events.empty());
  append_numbers(4, 4);
  EXPECT_THAT(bodies(read_from(now.cursor)), ElementsAre("4"));
}

TEST_F(Log_, ReadsAHubWithoutEvents) {
  const hub::EventBatch oldest = read_from("");
  const hub::EventBatch now = read_from(std::string(hub::kFromNow));
  EXPECT_TRUE(oldest.events.empty());
  append_numbers(1, 2);
  const hub::EventBatch after = read_from(now.cursor);
  EXPECT_THAT(bodies(after), ElementsAre("1", "2"));
  EXPECT_FALSE(after.gap);
  EXPECT_THAT(bodies(read_from(oldest.cursor)), ElementsAre("1", "2"));
}

TEST_F(Log_, KeepsADevicesEventsInOnePartitionAndSpreadsDevices) {
  std::map<std::uint32_t, std::uint64_t> last;
  for (int i = 0; i < 64; ++i) ASSERT_TRUE(append("device-" + std::to_string(i % 16), "x"));
  std::map<std::string, std::uint32_t> home;
  for (const hub::LoggedEvent& each : read_from("").events) {
    const auto [known, first] = home.emplace(each.event.device.text(), each.position.partition);
    EXPECT_EQ(known->second, each.position.partition);
    EXPECT_EQ(each.position.sequence, ++last[each.position.partition]);
  }
  EXPECT_EQ(last.size(), options_.partitions);
}

TEST_F(Log_, KeepsHubsApart) {
  ASSERT_TRUE(append(make_event("d", "one", clock_.wall(), kHub)));
  ASSERT_TRUE(append(make_event("d", "two", clock_.wall(), kOtherHub)));
  EXPECT_THAT(bodies(read_from("")), ElementsAre("one"));
  hub::EventQuery query;
  query.hub = kOtherHub;
  EXPECT_THAT(bodies(*read(query)), ElementsAre("two"));
}

TEST_F(Log_, KeepsEveryField) {
  auto event = make_event("d", "body", clock_.wall());
  event->kind = domain::EventKind::kFeedback;
  event->model_id = "model";
  event->message.id = "1";
  event->message.correlation_id = "2";
  event->message.user_id = "3";
  event->message.to = "4";
  event->message.content_type = "5";
  event->message.content_encoding = "6";
  event->message.component = "7";
  event->message.interface_id = "8";
  event->message.created_at = "9";
  event->message.expires_at = "10";
  event->message.properties = {{"a", "b"}, {"none", std::nullopt}, {"empty", ""}, {"a", "c"}};
  const domain::Event sent = *event;
  ASSERT_TRUE(append(std::move(event)));
  const hub::EventBatch batch = read_from("");
  ASSERT_EQ(batch.events.size(), 1u);
  const domain::Event& got = batch.events[0].event;
  EXPECT_EQ(got.hub, sent.hub);
  EXPECT_EQ(got.device, sent.device);
  EXPECT_EQ(got.kind, sent.kind);
  EXPECT_EQ(got.enqueued_at, sent.enqueued_at);
  EXPECT_EQ(got.model_id, sent.model_id);
  EXPECT_EQ(got.message, sent.message);
}

TEST_F(Log_, KeepsEventsAcrossRestarts) {
  append_numbers(1, 3);
  const std::string cursor = read_from("", 1).cursor;
  open();
  append_numbers(4, 4);
  const hub::EventBatch batch = read_from(cursor);
  EXPECT_THAT(bodies(batch), ElementsAre("2", "3", "4"));
  EXPECT_FALSE(batch.gap);
  EXPECT_EQ(batch.events.back().position.sequence, 4u);
}

TEST_F(Log_, RefusesCursorsThatAreNone) {
  append_numbers(1, 1);
  const std::string good = read_from("").cursor;
  for (const std::string& bad :
       {std::string("x"), good + "0x", good.substr(0, good.size() - 2) + "z", std::string("c1."),
        "c2" + good.substr(2), std::string(10'000, 'a'), std::string("c1.hub-two.1.1"),
        std::string("c1.hub-one.01.1"), std::string("c1.hub-one.1"), std::string("c1.hub-one.-1.1"),
        std::string("c1.hub-one.1.11111111111111111")}) {
    hub::EventQuery query;
    query.cursor = bad;
    const auto batch = read(query);
    ASSERT_FALSE(batch) << bad;
    EXPECT_EQ(batch.error().kind, ErrorKind::kInvalid);
  }
}

TEST_F(Log_, RefusesBatchesOfNoneAndOfTooMany) {
  for (const std::size_t count : {std::size_t{0}, std::size_t{1001}}) {
    hub::EventQuery query;
    query.count_max = count;
    EXPECT_EQ(read(query).error().kind, ErrorKind::kInvalid);
  }
}

TEST_F(Log_, ShowsOneDeviceAndMovesTheCursorPastTheOthers) {
  append_numbers(1, 10, "other");
  append_numbers(11, 11, "mine");
  append_numbers(12, 20, "other");
  hub::EventQuery query;
  query.device = domain::DeviceId::trusted("mine");
  const hub::EventBatch batch = *read(query);
  EXPECT_THAT(bodies(batch), ElementsAre("11"));
  query.cursor = batch.cursor;
  const hub::EventBatch rest = *read(query);
  EXPECT_TRUE(rest.events.empty());
  EXPECT_TRUE(read_from(rest.cursor).events.empty()) << "the others' events lie behind it";
}

TEST_F(Log_, ReturnsFromALongSearchWithACursorThatMovedOn) {
  boost::asio::io_context context(1);
  const std::size_t count = kScanEventsMax + 10;
  for (std::size_t i = 0; i < count; ++i) {
    log_->append_detached(make_event("other", "x", clock_.wall()));
    if (i % 4096 == 0) ASSERT_TRUE(append("other", "x"));  // waits for those before
  }
  ASSERT_TRUE(append("mine", "found"));
  hub::EventQuery query;
  query.device = domain::DeviceId::trusted("mine");
  query.wait = std::chrono::milliseconds(60'000);
  const hub::EventBatch first = *read(query);
  EXPECT_TRUE(first.events.empty()) << "within the bound of one call there is none";
  EXPECT_FALSE(first.gap);
  query.cursor = first.cursor;
  EXPECT_THAT(bodies(*read(query)), ElementsAre("found"));
}

TEST_F(Log_, BoundsTheBytesOfABatch) {
  const std::string large(1'000'000, 'x');
  for (int i = 0; i < 6; ++i) ASSERT_TRUE(append("d", large));
  const hub::EventBatch batch = read_from("");
  EXPECT_EQ(batch.events.size(), 5u) << "the fifth goes beyond the bound";
  EXPECT_EQ(read_from(batch.cursor).events.size(), 1u);
}

TEST_F(Log_, RefusesAnEventThatIsTooLargeAndKeepsTheOthers) {
  const auto refused = append("d", std::string(kRecordBytesMax, 'x'));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kTooLarge);
  append_numbers(1, 2);
  EXPECT_THAT(bodies(read_from("")), ElementsAre("1", "2"));
}

// ---- waiting

struct Following {
  std::optional<hub::EventBatch> batch;
};

Task<void> follow(hub::TelemetryLog& log, hub::EventQuery query, Following& into) {
  Result<hub::EventBatch> batch = co_await log.read(std::move(query));
  if (batch) into.batch = *std::move(batch);
}

TEST_F(Log_, WakesAReaderThatWaits) {
  boost::asio::io_context context(1);
  Following reader;
  hub::EventQuery query;
  query.hub = kHub;
  query.wait = std::chrono::milliseconds(60'000);
  boost::asio::co_spawn(context, follow(*log_, query, reader), boost::asio::detached);
  while (log_->stats().waiting == 0) context.run_one();
  EXPECT_FALSE(reader.batch);
  append_numbers(1, 1);
  context.run();
  ASSERT_TRUE(reader.batch);
  EXPECT_THAT(bodies(*reader.batch), ElementsAre("1"));
  EXPECT_EQ(log_->stats().waiting, 0u);
}

TEST_F(Log_, EndsAWaitThatFoundNothing) {
  hub::EventQuery query;
  query.wait = std::chrono::milliseconds(5);
  const auto batch = read(query);
  ASSERT_TRUE(batch);
  EXPECT_TRUE(batch->events.empty());
}

TEST_F(Log_, AWaitForOneDeviceIsNotEndedByAnother) {
  boost::asio::io_context context(1);
  Following reader;
  hub::EventQuery query;
  query.hub = kHub;
  query.device = domain::DeviceId::trusted("mine");
  query.wait = std::chrono::milliseconds(60'000);
  boost::asio::co_spawn(context, follow(*log_, query, reader), boost::asio::detached);
  while (log_->stats().waiting == 0) context.run_one();
  append_numbers(1, 1, "other");
  const std::uint64_t reads = log_->stats().reads;
  while (log_->stats().reads == reads || log_->stats().waiting == 0) context.run_one();
  EXPECT_FALSE(reader.batch);
  append_numbers(2, 2, "mine");
  context.run();
  EXPECT_THAT(bodies(reader.batch.value()), ElementsAre("2"));
}

TEST_F(Log_, ClosingEndsReadersThatWait) {
  boost::asio::io_context context(1);
  Following reader;
  hub::EventQuery query;
  query.hub = kHub;
  query.wait = std::chrono::milliseconds(60'000);
  boost::asio::co_spawn(context, follow(*log_, query, reader), boost::asio::detached);
  while (log_->stats().waiting == 0) context.run_one();
  log_.reset();
  context.run();
  EXPECT_TRUE(reader.batch);
}

TEST_F(Log_, RefusesWorkAfterItWasClosed) {
  log_->close();
  EXPECT_EQ(append("d", "x").error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(read({}).error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(wait_for(log_->forget(kHub)).error().kind, ErrorKind::kUnavailable);
  log_->append_detached(make_event("d", "x"));
  EXPECT_EQ(log_->stats().dropped, 1u);
}

TEST_F(Log_, SeveralReadersSeeTheSame) {
  append_numbers(1, 50);
  std::vector<std::thread> threads;
  std::atomic<int> complete{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      std::string cursor;
      std::vector<std::string> seen;
      while (seen.size() < 50) {
        const hub::EventBatch batch = read_from(cursor, 7);
        for (const std::string& each : bodies(batch)) seen.push_back(each);
        cursor = batch.cursor;
      }
      if (seen.front() == "1" && seen.back() == "50") ++complete;
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(complete, 4);
}

// ---- forgetting

TEST_F(Log_, ForgetsAHubAndTellsReadersThatCameBefore) {
  append_numbers(1, 3);
  const std::string cursor = read_from("", 2).cursor;
  ASSERT_TRUE(wait_for(log_->forget(kHub)));
  const hub::EventBatch gone = read_from(cursor);
  EXPECT_TRUE(gone.events.empty());
  EXPECT_TRUE(gone.gap);
  append_numbers(4, 4);
  EXPECT_TRUE(read_from(cursor).gap) << "another life of the hub";
  const hub::EventBatch anew = read_from(cursor);
  EXPECT_THAT(bodies(anew), ElementsAre("4"));
  EXPECT_EQ(anew.events[0].position.sequence, 1u);
  open();
  EXPECT_THAT(bodies(read_from("")), ElementsAre("4"));
}

TEST_F(Log_, ForgettingAnUnknownHubIsNoError) { EXPECT_TRUE(wait_for(log_->forget(kOtherHub))); }

// ---- sinks and counts

class Recorder final : public hub::EventSink {
 public:
  void stored(const hub::LoggedEvent& event) override {
    bodies.push_back(event.event.message.body);
  }
  std::vector<std::string> bodies;
};

TEST_F(LogTest, SinksHearOfEveryEventInOrder) {
  Recorder recorder;
  options_.sinks = {&recorder};
  open();
  append_numbers(1, 3);
  log_->append_detached(make_event("d", "4"));
  log_->close();
  EXPECT_THAT(recorder.bodies, ElementsAre("1", "2", "3", "4"));
}

TEST_F(Log_, Counts) {
  append_numbers(1, 3);
  log_->do_chores();
  read_from("");
  const LogStats stats = log_->stats();
  EXPECT_EQ(stats.appends, 3u);
  EXPECT_GT(stats.bytes, 0u);
  EXPECT_EQ(stats.syncs, 3u) << "each was waited for";
  EXPECT_EQ(stats.reads, 1u);
  ASSERT_EQ(stats.hubs.size(), 1u);
  EXPECT_EQ(stats.hubs[0].events, 3u);
  EXPECT_EQ(stats.hubs[0].oldest, clock_.wall());
  EXPECT_EQ(stats.hubs[0].newest, clock_.wall());
}

TEST_F(LogTest, RefusesOptionsThatMakeNoSense) {
  const auto refused = [this] {
    const auto opened = store::rocksdb::open(options_, clock_);
    return !opened && opened.error().kind == ErrorKind::kInvalid;
  };
  const LogOptions good = options_;
  options_.partitions = 0;
  EXPECT_TRUE(refused());
  options_.partitions = kPartitionsMax + 1;
  EXPECT_TRUE(refused());
  options_ = good;
  options_.bytes_max = kHubBytesMin - 1;
  EXPECT_TRUE(refused());
  options_ = good;
  options_.directory.clear();
  EXPECT_TRUE(refused());
}

TEST_F(Log_, ASecondProcessIsRefused) {
  const auto second = store::rocksdb::open(options_, clock_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
}

TEST_F(Log_, AHubKeepsItsNumberOfPartitions) {
  append_numbers(1, 1);
  options_.partitions = 1;
  open();
  for (int i = 0; i < 32; ++i) ASSERT_TRUE(append("device-" + std::to_string(i), "x"));
  std::set<std::uint32_t> partitions;
  for (const auto& each : read_from("").events) partitions.insert(each.position.partition);
  EXPECT_EQ(partitions.size(), 4u);
}

}  // namespace
}  // namespace berth::store::rocksdb
