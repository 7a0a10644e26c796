// What damage does to the log: nothing that was acknowledged is served changed, what can be read is
// served in its order, readers are told of what is missing, numbers never go back, and the log
// always opens.
#include "base/log.h"
#include "base/rng.h"
#include "store/rocksdb/tests/log_fixture.h"

#include <gmock/gmock.h>

#include <charconv>
#include <fstream>
#include <map>

namespace berth::store::rocksdb {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class DamageTest : public LogTest {
 protected:
  void SetUp() override {
    base::log::set_level(base::log::Level::kError);
    open();
  }
  void TearDown() override { base::log::set_level(base::log::Level::kInfo); }

  std::string events_folder() const { return options_.directory + "/events"; }
  std::vector<fs::path> files(std::string_view extension) const {
    std::vector<fs::path> all;
    for (const auto& each : fs::directory_iterator(events_folder())) {
      if (each.path().extension() == extension && fs::file_size(each) > 0) all.push_back(each);
    }
    std::sort(all.begin(), all.end());
    return all;
  }
  std::vector<fs::path> moved_aside() const {
    std::vector<fs::path> all;
    for (const auto& each : fs::directory_iterator(options_.directory)) {
      if (each.path().filename().string().find("damaged") != std::string::npos) all.push_back(each);
    }
    return all;
  }
  static void flip(const fs::path& path, std::uint64_t offset) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(offset));
    const int byte = file.get();
    file.seekp(static_cast<std::streamoff>(offset));
    file.put(static_cast<char>(byte ^ 0x55));
  }

  void append_many(int first, int last) {
    for (int i = first; i <= last; ++i) {
      log_->append_detached(make_event("d", text_of(i), clock_.wall()));
    }
    append_numbers(0, 0, "waits");
  }
  // Cannot be compressed, and says which it is.
  static std::string text_of(int number) {
    base::SeededRng rng(static_cast<std::uint64_t>(number));
    return std::to_string(number) + ":" + rng.hex(2000);
  }
  static int number_of(const std::string& text) {
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
  }

  // Reads everything; every event must be one that was written, in order. Returns the numbers.
  std::vector<int> read_all(std::string cursor = "") {
    std::vector<int> numbers;
    gaps_ = 0;
    for (int failures = 0; failures < 200;) {
      hub::EventQuery query;
      query.cursor = cursor;
      query.count_max = 1000;
      const Result<hub::EventBatch> batch = read(query);
      if (!batch) {
        ++failures;
        continue;
      }
      gaps_ += batch->gap ? 1 : 0;
      for (const hub::LoggedEvent& each : batch->events) {
        if (each.event.device.text() != "d") continue;
        const std::string& body = each.event.message.body;
        EXPECT_EQ(body, text_of(number_of(body))) << "changed";
        if (!numbers.empty()) EXPECT_LT(numbers.back(), number_of(body));
        numbers.push_back(number_of(body));
      }
      if (batch->events.empty() && batch->cursor == cursor) return numbers;
      cursor = batch->cursor;
    }
    ADD_FAILURE() << "cannot be read";
    return numbers;
  }

  int gaps_ = 0;
};

// About 6 MB: a table and a write-ahead log.
constexpr int kMany = 1500;

TEST_F(DamageTest, WithoutDamageEverythingIsThere) {
  append_many(1, kMany);
  EXPECT_EQ(read_all().size(), std::size_t{kMany});
  EXPECT_EQ(gaps_, 0);
  open();
  EXPECT_FALSE(files(".sst").empty()) << "the tests below need table files";
}

TEST_F(DamageTest, AFlippedByteInATableCostsItsBlockAlone) {
  append_many(1, kMany);
  open();  // what the write-ahead log holds goes to tables, whether they were written before or not
  log_.reset();
  const fs::path table = files(".sst").front();
  flip(table, fs::file_size(table) / 2);
  open();
  const std::vector<int> numbers = read_all();
  EXPECT_GE(numbers.size(), std::size_t{kMany - 20});
  EXPECT_LT(numbers.size(), std::size_t{kMany});
  EXPECT_EQ(numbers.front(), 1);
  EXPECT_EQ(numbers.back(), kMany);
  EXPECT_GT(gaps_, 0);
  EXPECT_GT(log_->stats().damaged, 0u);
  append_numbers(1, 1, "more");  // still takes events
}

TEST_F(DamageTest, ATableThatCannotBeOpenedIsRecoveredFrom) {
  append_many(1, kMany);
  const std::string cursor = read_from("").cursor;
  open();  // what the write-ahead log holds goes to tables, which then are the only copy
  log_.reset();
  const fs::path table = files(".sst").front();
  flip(table, fs::file_size(table) - 4);  // in its footer
  open();
  const std::vector<int> numbers = read_all();
  EXPECT_FALSE(numbers.empty());
  EXPECT_LT(numbers.size(), std::size_t{kMany});
  EXPECT_EQ(numbers.back(), kMany);
  EXPECT_EQ(moved_aside().size(), 1u);
  EXPECT_EQ(log_->stats().recoveries, 1u);
  EXPECT_TRUE(read_from(cursor).gap) << "a reader at the start of the lost ones";
}

TEST_F(DamageTest, AMissingTableIsRecoveredFrom) {
  append_many(1, kMany);
  open();
  log_.reset();
  fs::remove(files(".sst").front());
  open();
  const std::vector<int> numbers = read_all();
  EXPECT_EQ(numbers.back(), kMany);
  EXPECT_EQ(moved_aside().size(), 1u);
}

TEST_F(DamageTest, WithoutAManifestEverythingIsFound) {
  append_many(1, kMany);
  const hub::EventBatch before = read_from("", 10);
  log_.reset();
  for (const auto& each : fs::directory_iterator(events_folder())) {
    if (each.path().filename().string().starts_with("MANIFEST")) flip(each.path(), 30);
  }
  open();
  EXPECT_EQ(read_all().size(), std::size_t{kMany});
  EXPECT_EQ(moved_aside().size(), 1u);
  EXPECT_FALSE(read_from(before.cursor).gap) << "cursors go on where they were";
}

TEST_F(DamageTest, WithoutCurrentEverythingIsFound) {
  append_many(1, 100);  // in the write-ahead log alone
  log_.reset();
  fs::remove(events_folder() + "/CURRENT");
  open();
  EXPECT_EQ(read_all().size(), 100u);
  EXPECT_EQ(gaps_, 0);
  const auto next = append("d", text_of(101));
  EXPECT_EQ(next->sequence, 101u) << "numbers go on";
}

TEST_F(DamageTest, RubbishInsteadOfALogIsMovedAside) {
  append_many(1, 3);
  log_.reset();
  for (const auto& each : fs::directory_iterator(events_folder())) {
    std::ofstream(each.path()) << "rubbish";
  }
  open();
  const hub::EventBatch batch = read_from("");
  EXPECT_THAT(batch.events, IsEmpty());
  EXPECT_EQ(append("d", "x")->sequence, 4u) << "the file of marks knows the numbers";
  EXPECT_EQ(moved_aside().size(), 1u);
}

TEST_F(DamageTest, ALostWriteAheadLogLeavesReadersAGapAndNumbersThatGoOn) {
  append_many(1, 10);
  const std::string early = read_from("", 5).cursor;
  const std::string late = read_from("").cursor;
  log_.reset();
  for (const fs::path& each : files(".log")) std::ofstream(each) << "rubbish";
  open();
  EXPECT_EQ(append("d", "new")->sequence, 11u);
  EXPECT_THAT(bodies(read_from(early)), ElementsAre("new"));
  EXPECT_TRUE(read_from(early).gap);
  EXPECT_FALSE(read_from(late).gap) << "it had seen what is lost";
}

TEST_F(DamageTest, AFlippedByteAnywhereInTheWriteAheadLogIsNeverServed) {
  append_many(1, 200);
  const std::string early = read_from("", 1).cursor;
  const std::string late = read_from("").cursor;
  log_.reset();
  const fs::path folder = options_.directory;
  fs::copy(folder, folder_ + "/whole", fs::copy_options::recursive);
  const std::uint64_t size = fs::file_size(files(".log").front());
  base::SeededRng rng(7);
  for (int round = 0; round < 20; ++round) {
    fs::remove_all(folder);
    fs::copy(folder_ + "/whole", folder, fs::copy_options::recursive);
    const std::uint64_t offset = rng.below(size);
    flip(files(".log").front(), offset);
    open();
    const std::vector<int> numbers = read_all(early);
    if (numbers.size() < 199u) {
      EXPECT_GT(gaps_, 0) << "flipped at " << offset << ", " << numbers.size() << " left";
    }
    const auto position = append("d", "new");
    ASSERT_TRUE(position);
    EXPECT_EQ(position->sequence, 201u) << "flipped at " << offset;
    EXPECT_THAT(bodies(read_from(late)), ElementsAre("new")) << "flipped at " << offset;
    log_.reset();
  }
}

TEST_F(DamageTest, FlippedBytesAnywhereNeverStopTheLogNorServeWhatWasNotWritten) {
  append_many(1, kMany);
  log_.reset();
  const fs::path folder = options_.directory;
  fs::copy(folder, folder_ + "/whole", fs::copy_options::recursive);
  base::SeededRng rng(11);
  for (int round = 0; round < 6; ++round) {
    fs::remove_all(folder);
    fs::copy(folder_ + "/whole", folder, fs::copy_options::recursive);
    std::vector<fs::path> all;
    for (const auto& each : fs::directory_iterator(events_folder())) {
      if (fs::file_size(each) > 0) all.push_back(each.path());
    }
    std::sort(all.begin(), all.end());
    for (int i = 0; i < 3; ++i) {
      const fs::path& path = all[rng.below(all.size())];
      flip(path, rng.below(fs::file_size(path)));
    }
    open();
    ASSERT_TRUE(append("other", "x"));
    read_all();
    ASSERT_TRUE(append("other", "x"));
    log_.reset();
  }
}

TEST_F(DamageTest, ATornMarksFileIsNoMatter) {
  append_many(1, 10);
  log_.reset();
  flip(options_.directory + "/marks", 20);
  open();
  EXPECT_EQ(read_all().size(), 10u);
  EXPECT_EQ(append("d", "x")->sequence, 11u);
}

TEST_F(DamageTest, AHubThatWasForgottenStaysForgottenAfterARecovery) {
  append_many(1, 50);
  ASSERT_TRUE(wait_for(log_->forget(kHub)));
  append_many(51, 60);
  log_.reset();
  fs::remove(events_folder() + "/CURRENT");
  open();
  const std::vector<int> numbers = read_all();
  EXPECT_EQ(numbers.size(), 10u);
  EXPECT_EQ(numbers.front(), 51);
}

}  // namespace
}  // namespace berth::store::rocksdb
