#include "base/clock.h"

#include <gtest/gtest.h>

namespace berth::base {
namespace {

TEST(FormatUtc, WritesTheDigitsAskedFor) {
  const TimePoint time = from_unix_micros(1'661'983'370'516'335);
  EXPECT_EQ(format_utc(time), "2022-08-31T22:02:50.516335Z");
  EXPECT_EQ(format_utc(time, 0), "2022-08-31T22:02:50Z");
  EXPECT_EQ(format_utc(time, 3), "2022-08-31T22:02:50.516Z");
  EXPECT_EQ(format_utc(time, 7), "2022-08-31T22:02:50.5163350Z");
  EXPECT_EQ(format_utc(time, 9), "2022-08-31T22:02:50.516335000Z");
  EXPECT_EQ(format_utc(time, 12), "2022-08-31T22:02:50.516335000Z");
  EXPECT_EQ(format_utc(from_unix_micros(-1), 6), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_utc(from_unix_seconds(253'402'300'799), 1), "9999-12-31T23:59:59.0Z");
  EXPECT_EQ(format_utc(from_unix_seconds(253'402'300'800), 0), "10000-01-01T00:00:00Z");
  EXPECT_EQ(format_utc(from_unix_seconds(-62'167'219'200), 0), "0000-01-01T00:00:00Z");
}

TEST(ParseUtc, ReadsWhatFormatWrites) {
  for (const std::int64_t micros :
       {0LL, 1LL, -1LL, 951'782'400'000'000LL, 4'102'444'800'123'456LL}) {
    const Result<TimePoint> time = parse_utc(format_utc(from_unix_micros(micros)));
    ASSERT_TRUE(time);
    EXPECT_EQ(to_unix_micros(*time), micros);
  }
}

TEST(ParseUtc, ReadsOffsetsAndFractions) {
  const auto seconds = [](std::string_view text) { return to_unix_seconds(*parse_utc(text)); };
  EXPECT_EQ(seconds("2026-01-31T12:00:00+02:00"), seconds("2026-01-31T10:00:00Z"));
  EXPECT_EQ(seconds("2026-01-31T12:00:00-05:30"), seconds("2026-01-31T17:30:00Z"));
  EXPECT_EQ(to_unix_micros(*parse_utc("1970-01-01T00:00:00.1234567Z")), 123'456);
  EXPECT_EQ(seconds("2024-02-29 00:00:00Z"), 1'709'164'800);
}

TEST(ParseUtc, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2026", "2026-01-31", "2026-02-30T00:00:00Z", "2026-01-31T24:00:00Z",
        "2026-01-31T12:60:00Z", "2026-01-31T12:00:00", "2026-01-31T12:00:00Zx",
        "2026-13-01T00:00:00Z", "2026-01-31X12:00:00Z", "2026-01-31T12:00:00+2", "tomorrow"}) {
    const Result<TimePoint> time = parse_utc(text);
    EXPECT_FALSE(time) << text;
    if (!time) {
      EXPECT_FALSE(time.error().mend.empty());
    }
  }
}

TEST(UnixSeconds, RoundDownAlsoBefore1970) {
  EXPECT_EQ(to_unix_seconds(from_unix_micros(1'999'999)), 1);
  EXPECT_EQ(to_unix_seconds(from_unix_micros(-1)), -1);
}

TEST(FakeClock, MovesOnlyWhenTold) {
  FakeClock clock;
  EXPECT_EQ(format_utc(clock.wall(), 0), "2026-01-01T00:00:00Z");
  const Instant before = clock.monotonic();
  EXPECT_EQ(clock.wall(), clock.wall());
  clock.advance(std::chrono::hours(24 * 7));
  EXPECT_EQ(format_utc(clock.wall(), 0), "2026-01-08T00:00:00Z");
  EXPECT_EQ(clock.monotonic() - before, std::chrono::hours(24 * 7));
}

TEST(SystemClock, MonotonicNeverGoesBack) {
  const SystemClock clock;
  const Instant first = clock.monotonic();
  EXPECT_GE(clock.monotonic(), first);
  EXPECT_GT(to_unix_seconds(clock.wall()), 1'700'000'000);
}

}  // namespace
}  // namespace berth::base
