#include "base/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstdio>

namespace berth::base {
namespace {

using std::chrono::microseconds;

// 2026-01-01T00:00:00Z.
constexpr std::int64_t kFakeStartMicros = 1'767'225'600'000'000;

bool read_digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
  if (at + count > text.size()) return false;
  const char* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + count, out);
  return error == std::errc() && end == begin + count;
}

}  // namespace

TimePoint SystemClock::wall() const {
  return std::chrono::time_point_cast<microseconds>(std::chrono::system_clock::now());
}

Instant SystemClock::monotonic() const { return std::chrono::steady_clock::now(); }

FakeClock::FakeClock() : micros_(kFakeStartMicros) {}
FakeClock::FakeClock(TimePoint start) : micros_(to_unix_micros(start)) {}

TimePoint FakeClock::wall() const { return from_unix_micros(micros_.load()); }

Instant FakeClock::monotonic() const { return Instant(microseconds(micros_.load())); }

void FakeClock::advance(microseconds by) { micros_.fetch_add(by.count()); }

// Every answer to a device has several times in it, so they are not put together by fmt.
std::string format_utc(TimePoint time, int digits) {
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss clock(std::chrono::duration_cast<microseconds>(time - days));
  const auto year = int(date.year());
  std::string text;
  text.reserve(32);
  const auto put = [&text](auto value, std::size_t width, char then) {
    text.append(width, '0');
    for (std::size_t at = text.size(); width > 0; --width, value /= 10) {
      text[--at] = static_cast<char>('0' + value % 10);
    }
    if (then != '\0') text += then;
  };
  if (year >= 0 && year <= 9999) {
    put(year, 4, '-');
  } else {
    text = fmt::format("{:04}-", year);
  }
  put(unsigned(date.month()), 2, '-');
  put(unsigned(date.day()), 2, 'T');
  put(clock.hours().count(), 2, ':');
  put(clock.minutes().count(), 2, ':');
  put(clock.seconds().count(), 2, '\0');
  if (digits > 0) {
    text += '.';
    put(clock.subseconds().count() * 1000, 9, '\0');
    text.resize(text.size() - static_cast<std::size_t>(9 - std::min(digits, 9)));
  }
  text += 'Z';
  return text;
}

Result<TimePoint> parse_utc(std::string_view text) {
  const auto bad = [&] {
    return Fail(ErrorKind::kInvalid, fmt::format("'{}' is not a UTC time", text.substr(0, 40)),
                "write it as 2026-01-31T12:00:00Z");
  };
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const bool fields = read_digits(text, 0, 4, year) && read_digits(text, 5, 2, month) &&
                      read_digits(text, 8, 2, day) && read_digits(text, 11, 2, hour) &&
                      read_digits(text, 14, 2, minute) && read_digits(text, 17, 2, second);
  if (!fields || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') ||
      text[13] != ':' || text[16] != ':') {
    return bad();
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return bad();
  std::size_t at = 19;
  std::int64_t micros = 0;
  if (at < text.size() && text[at] == '.') {
    std::int64_t unit = 100'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
      micros += unit * (text[at] - '0');
    }
  }
  int offset_minutes = 0;
  const std::string_view zone = text.substr(at);
  if (zone != "Z" && zone != "z") {
    int zone_hours = 0, zone_minutes = 0;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' ||
        !read_digits(zone, 1, 2, zone_hours) || !read_digits(zone, 4, 2, zone_minutes)) {
      return bad();
    }
    offset_minutes = (zone_hours * 60 + zone_minutes) * (zone[0] == '-' ? -1 : 1);
  }
  const auto time = std::chrono::sys_days(date) + std::chrono::hours(hour) +
                    std::chrono::minutes(minute - offset_minutes) + std::chrono::seconds(second);
  return TimePoint(time) + microseconds(micros);
}

std::int64_t to_unix_micros(TimePoint time) { return time.time_since_epoch().count(); }

TimePoint from_unix_micros(std::int64_t micros) { return TimePoint(microseconds(micros)); }

std::int64_t to_unix_seconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

TimePoint from_unix_seconds(std::int64_t seconds) {
  return TimePoint(std::chrono::seconds(seconds));
}

}  // namespace berth::base
