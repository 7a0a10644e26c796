// SIGKILL in the middle of appends, again and again: whatever was acknowledged is there afterwards,
// in order and undamaged, and cursors go on without a gap.
#include "base/log.h"
#include "base/rng.h"
#include "store/rocksdb/tests/log_fixture.h"

#include <boost/asio/detached.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace berth::store::rocksdb {
namespace {

constexpr int kRounds = 4;
constexpr int kDevices = 24;
constexpr std::size_t kAcknowledgementsMin = 300;

std::string body_of(int device, std::uint64_t number) {
  base::SeededRng rng(static_cast<std::uint64_t>(device) << 32 | number);
  return fmt::format("{}:{}", number, rng.hex(20 + rng.below(400)));
}

struct Acknowledgement {
  std::uint32_t device = 0;
  std::uint32_t partition = 0;
  std::uint64_t number = 0;
  std::uint64_t sequence = 0;
};

// Each device appends the next of its numbers when the one before is acknowledged, and says so.
Task<void> device_loop(Log& log, int device, std::uint64_t number, int out) {
  while (true) {
    std::unique_ptr<domain::Event> event =
        make_event(fmt::format("device-{}", device), body_of(device, number));
    const Result<domain::EventPosition> position = co_await log.append(std::move(event));
    if (!position) ::_exit(1);
    const Acknowledgement told{static_cast<std::uint32_t>(device), position->partition, number,
                               position->sequence};
    if (::write(out, &told, sizeof(told)) != sizeof(told)) ::_exit(2);
    ++number;
  }
}

// What the child is told by its environment.
constexpr const char* kDirectory = "BERTH_LOG_CRASH_DIRECTORY";
constexpr const char* kFirst = "BERTH_LOG_CRASH_FIRST";
constexpr int kOut = 3;  // the descriptor it writes to

LogOptions crash_options(const std::string& directory) {
  LogOptions options;
  options.directory = directory;
  options.age_max = std::chrono::seconds(0);
  return options;
}

// Does nothing, except in the child that the test below starts: there it appends until it is
// killed. A program of its own, because threads of the library do not survive a fork.
TEST(LogCrashChild, Appends) {
  const char* directory = std::getenv(kDirectory);
  const char* first = std::getenv(kFirst);
  if (directory == nullptr || first == nullptr) return;
  base::SystemClock clock;
  Result<std::unique_ptr<Log>> log = store::rocksdb::open(crash_options(directory), clock);
  if (!log) ::_exit(3);
  boost::asio::io_context context(1);
  for (int device = 0; device < kDevices; ++device) {
    boost::asio::co_spawn(context, device_loop(**log, device, std::stoull(first), kOut),
                          boost::asio::detached);
  }
  context.run();
}

[[noreturn]] void become_child(const std::string& directory, const std::string& first, int out) {
  ::dup2(out, kOut);
  ::setenv(kDirectory, directory.c_str(), 1);
  ::setenv(kFirst, first.c_str(), 1);
  ::execl("/proc/self/exe", "log-crash", "--gtest_filter=LogCrashChild.*", nullptr);
  ::_exit(5);
}

class CrashTest : public LogTest {
 protected:
  // Starts a child, kills it after so many acknowledgements, and returns them.
  std::vector<Acknowledgement> kill_after(std::size_t count, std::uint64_t first) {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe(ends), 0);
    const std::string number = std::to_string(first);
    const pid_t child = ::fork();
    if (child == 0) become_child(options_.directory, number, ends[1]);
    ::close(ends[1]);
    std::vector<Acknowledgement> told;
    Acknowledgement one;
    while (::read(ends[0], &one, sizeof(one)) == sizeof(one)) {
      told.push_back(one);
      if (told.size() == count) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status)) << status;
    return told;
  }

  void read_everything() {
    std::string cursor;
    events_.clear();
    while (true) {
      const hub::EventBatch batch = read_from(cursor);
      EXPECT_FALSE(batch.gap);
      for (const hub::LoggedEvent& each : batch.events) {
        const auto id = std::pair(each.position.partition, each.position.sequence);
        EXPECT_TRUE(events_.emplace(id, each.event).second) << "a position was given twice";
      }
      if (batch.events.empty()) return;
      cursor = batch.cursor;
    }
  }

  void check(const std::vector<Acknowledgement>& told) {
    for (const Acknowledgement& each : told) {
      const auto found = events_.find({each.partition, each.sequence});
      ASSERT_NE(found, events_.end()) << "acknowledged and lost";
      EXPECT_EQ(found->second.device.text(), fmt::format("device-{}", each.device));
      EXPECT_EQ(found->second.message.body, body_of(static_cast<int>(each.device), each.number));
    }
  }

  // Positions of a partition have no holes, and a device's numbers of one round ascend.
  void check_order() {
    std::map<std::uint32_t, std::uint64_t> last;
    std::map<std::string, std::uint64_t> numbers;
    for (const auto& [position, event] : events_) {
      EXPECT_EQ(position.second, last[position.first] + 1);
      last[position.first] = position.second;
      const std::uint64_t number = std::stoull(event.message.body);
      EXPECT_GE(number, numbers[event.device.text()]);
      numbers[event.device.text()] = number;
    }
  }

  std::map<std::pair<std::uint32_t, std::uint64_t>, domain::Event> events_;
};

TEST_F(CrashTest, WhatWasAcknowledgedSurvivesSigkill) {
  options_ = crash_options(options_.directory);
  base::SeededRng rng(3);
  std::vector<Acknowledgement> told;
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t first = static_cast<std::uint64_t>(round) * 1'000'000;
    const std::vector<Acknowledgement> more =
        kill_after(kAcknowledgementsMin + rng.below(600), first);
    told.insert(told.end(), more.begin(), more.end());
    open();
    read_everything();
    check(told);
    check_order();
    log_.reset();
  }
  EXPECT_GE(told.size(), kRounds * kAcknowledgementsMin);
}

}  // namespace
}  // namespace berth::store::rocksdb
