// The file of JSON lines: every event a line, bounded files, never half a line, never a delay.
#include "sinks/json_lines/json_lines.h"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

namespace berth::sinks::json_lines {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

hub::LoggedEvent make_event(std::uint64_t sequence, std::string body) {
  hub::LoggedEvent logged;
  logged.position = {1, sequence};
  logged.event.hub = domain::HubName::trusted("hub-1");
  logged.event.device = domain::DeviceId::trusted("d");
  logged.event.message.body = std::move(body);
  return logged;
}

class JsonLinesTest : public testing::Test {
 protected:
  JsonLinesTest() {
    std::string name = (fs::temp_directory_path() / "berth-lines-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    options_.path = folder_ + "/events.jsonl";
  }
  ~JsonLinesTest() override {
    sink_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  void open() {
    sink_.reset();
    auto opened = JsonLines::open(options_, clock_);
    ASSERT_TRUE(opened) << opened.error().what;
    sink_ = *std::move(opened);
  }
  std::vector<std::string> lines(const std::string& suffix = "") const {
    std::vector<std::string> all;
    std::ifstream in(options_.path + suffix);
    for (std::string line; std::getline(in, line);) all.push_back(line);
    return all;
  }
  std::vector<std::int64_t> sequences(const std::string& suffix = "") const {
    std::vector<std::int64_t> all;
    for (const std::string& each : lines(suffix)) {
      all.push_back(boost::json::parse(each).at("sequence").to_number<std::int64_t>());
    }
    return all;
  }
  void write_file(std::string_view text) const { std::ofstream(options_.path) << text; }

  std::string folder_;
  Options options_;
  base::FakeClock clock_;
  std::unique_ptr<JsonLines> sink_;
};

TEST_F(JsonLinesTest, WritesALineForEachEventInOrder) {
  open();
  for (std::uint64_t i = 1; i <= 3; ++i) sink_->stored(make_event(i, R"({"t":"a\nb"})"));
  sink_->close();
  EXPECT_THAT(sequences(), ElementsAre(1, 2, 3));
  EXPECT_EQ(sink_->stats().written, 3u);
  EXPECT_EQ(sink_->stats().dropped, 0u);
}

TEST_F(JsonLinesTest, AppendsToWhatIsThere) {
  open();
  sink_->stored(make_event(1, "x"));
  open();
  sink_->stored(make_event(2, "x"));
  sink_->close();
  EXPECT_THAT(sequences(), ElementsAre(1, 2));
}

TEST_F(JsonLinesTest, CutsOffALineThatACrashTore) {
  write_file("{\"sequence\":1}\n{\"seq");
  open();
  sink_->stored(make_event(2, "x"));
  sink_->close();
  EXPECT_THAT(sequences(), ElementsAre(1, 2));
}

TEST_F(JsonLinesTest, CutsOffATornFirstLine) {
  write_file("{\"seq");
  open();
  sink_->close();
  EXPECT_THAT(lines(), IsEmpty());
}

TEST_F(JsonLinesTest, BeginsANewFileWhenOneIsFullAndKeepsSoMany) {
  options_.bytes_max = 4 * 1024 * 1024;
  options_.files_max = 3;
  const std::string body(1'500'000, 'x');
  open();
  for (std::uint64_t i = 1; i <= 9; ++i) {
    sink_->stored(make_event(i, body));
    while (sink_->stats().written < i) ::sched_yield();
  }
  sink_->close();
  EXPECT_THAT(sequences(), ElementsAre(9));
  EXPECT_THAT(sequences(".1"), ElementsAre(7, 8));
  EXPECT_THAT(sequences(".2"), ElementsAre(5, 6));
  EXPECT_FALSE(fs::exists(options_.path + ".3"));
  EXPECT_EQ(sink_->stats().rotations, 4u);
}

TEST_F(JsonLinesTest, WithOneFileTheOldOneGoes) {
  options_.bytes_max = 4 * 1024 * 1024;
  options_.files_max = 1;
  open();
  for (std::uint64_t i = 1; i <= 3; ++i) {
    sink_->stored(make_event(i, std::string(1'500'000, 'x')));
    while (sink_->stats().written < i) ::sched_yield();
  }
  sink_->close();
  EXPECT_THAT(sequences(), ElementsAre(3));
  EXPECT_FALSE(fs::exists(options_.path + ".1"));
}

TEST_F(JsonLinesTest, DropsAndCountsWhatFindsNoRoom) {
  options_.queue_bytes_max = 1000;
  open();
  sink_->stored(make_event(1, std::string(2000, 'x')));
  sink_->stored(make_event(2, "x"));
  sink_->close();
  EXPECT_THAT(sequences(), ElementsAre(2));
  EXPECT_EQ(sink_->stats().dropped, 1u);
}

TEST_F(JsonLinesTest, DropsWhatComesAfterItWasClosed) {
  open();
  sink_->close();
  sink_->stored(make_event(1, "x"));
  EXPECT_EQ(sink_->stats().dropped, 1u);
}

// Files of this process may not grow beyond so many bytes, for as long as it lives.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  sighandler_t handler_;
  rlimit before_{};
};

TEST_F(JsonLinesTest, LeavesNoHalfLineWhenTheDiskTakesNoMore) {
  open();
  {
    const FileLimit limit(2'000);
    for (std::uint64_t i = 1; i <= 50; ++i) {
      sink_->stored(make_event(i, "xxxxxxxxxxxxxxxx"));
      while (sink_->stats().written + sink_->stats().dropped < i) ::sched_yield();
    }
  }
  const Stats stats = sink_->stats();
  EXPECT_GT(stats.written, 0u);
  EXPECT_GT(stats.dropped, 0u);
  sink_->stored(make_event(51, "x"));
  sink_->close();
  const std::vector<std::int64_t> kept = sequences();  // each line can be read
  ASSERT_EQ(kept.size(), stats.written + 1);
  EXPECT_EQ(kept.back(), 51) << "it goes on when there is space again";
}

TEST_F(JsonLinesTest, RefusesOptionsThatMakeNoSense) {
  const auto kind = [this] { return JsonLines::open(options_, clock_).error().kind; };
  const Options good = options_;
  options_.path.clear();
  EXPECT_EQ(kind(), ErrorKind::kInvalid);
  options_ = good;
  options_.files_max = 0;
  EXPECT_EQ(kind(), ErrorKind::kInvalid);
  options_ = good;
  options_.bytes_max = 1;
  EXPECT_EQ(kind(), ErrorKind::kInvalid);
  options_ = good;
  options_.path = folder_ + "/none/events.jsonl";
  EXPECT_EQ(kind(), ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace berth::sinks::json_lines
