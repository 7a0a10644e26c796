#include "cli/bench_probe.h"
#include "cli/tests/fake_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <unistd.h>

namespace berth::cli {
namespace {

using testing::FakeWorld;
using ::testing::HasSubstr;

TEST(CpuTime, CountsFieldsAfterTheLastParenthesis) {
  const std::string stat =
      "1293 (be) rth) x) S 1 1293 1293 0 -1 4194560 9 0 0 0 150 25 0 0 20 0 9 0 1 2 3 4";
  EXPECT_EQ(parse_cpu_time(stat, 100), std::chrono::milliseconds(1'750));
  EXPECT_FALSE(parse_cpu_time("1293 (berth) S 1", 100));
  EXPECT_FALSE(parse_cpu_time("", 100));
  EXPECT_FALSE(parse_cpu_time(stat, 0));
}

TEST(CpuTime, ReadsThisProcess) {
  EXPECT_TRUE(cpu_time(static_cast<std::uint64_t>(::getpid())));
  EXPECT_FALSE(cpu_time(UINT64_MAX));
}

TEST(DiskProbe, LeavesNothingBehind) {
  const auto directory =
      std::filesystem::temp_directory_path() / ("berth-probe-" + std::to_string(::getpid()));
  std::filesystem::create_directory(directory);
  const base::SystemClock clock;
  const Try<DiskProbe> probe = probe_disk(directory, 3, clock);
  ASSERT_TRUE(probe) << probe.error().what;
  EXPECT_EQ(probe->count, 3u);
  EXPECT_GT(probe->times.max.count(), 0);
  EXPECT_TRUE(std::filesystem::is_empty(directory));
  std::filesystem::remove(directory);
  EXPECT_FALSE(probe_disk(directory, 3, clock));
}

TEST(BenchRegister, ItsLimitsAreChecked) {
  FakeWorld world;
  const auto refused = [&](const std::string& flag, const std::string& value) {
    EXPECT_EQ(world.run({"bench", "register", "--group-key", "qqqqqqqqqqqqqqqqqqqqqg==", "--scope",
                         "s", flag, value}),
              kUsage)
        << world.err.str();
    return world.err.str();
  };
  EXPECT_THAT(refused("--count", "0"), HasSubstr("it takes 1 to 1000000"));
  EXPECT_THAT(refused("--count", "1000001"), HasSubstr("it takes 1 to 1000000"));
  EXPECT_THAT(refused("--max-seconds", "3601"), HasSubstr("it takes 1 to 3600"));
  EXPECT_THAT(refused("--from-group", "g"), HasSubstr("exclude each other"));
}

TEST(BenchRegister, PutsNoLoadOnOtherMachines) {
  FakeWorld world;
  EXPECT_EQ(world.run({"bench", "register", "--group-key", "qqqqqqqqqqqqqqqqqqqqqg==", "--scope",
                       "s", "--url", "https://192.0.2.1:8443"}),
            kFailed);
  EXPECT_THAT(world.err.str(), HasSubstr("not this machine's loopback"));
}

}  // namespace
}  // namespace berth::cli
