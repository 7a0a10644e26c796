#include "dialects/cloudplugs/times.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace berth::dialects::cloudplugs {
namespace {

constexpr double kSecondsBelow = 1e11;
constexpr double kMillisecondsMax = 253'402'300'799'999.0;  // the end of 9999
constexpr std::size_t kTimeBytesMax = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "2018-01-01", "2018-01-01T10:00:00": what dates leave out is midnight and UTC.
std::string completed(std::string_view text) {
  constexpr std::size_t kDateBytes = 10;
  std::string date(text);
  if (date.size() == kDateBytes) return date + "T00:00:00Z";
  if (date.size() < kDateBytes) return date;
  if (date[kDateBytes] == ' ') date[kDateBytes] = 'T';
  const std::size_t zone = date.find_first_of("Zz+-", kDateBytes);
  if (zone == std::string::npos) return date + "Z";
  // "+0200" for "+02:00".
  if (date.size() == zone + 5 && date.find(':', zone) == std::string::npos) {
    date.insert(zone + 3, ":");
  }
  return date;
}

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  if (text.empty() || text.size() > kTimeBytesMax) return std::nullopt;
  // "1.5e 12" is "1.5e+12" whose plus became a blank; from_chars knows no leading plus anyway.
  std::string plain(text);
  const std::size_t exponent = plain.find_first_of("eE");
  if (exponent != std::string::npos && exponent + 1 < plain.size() && plain[exponent + 1] == ' ') {
    plain[exponent + 1] = '+';
  }
  if (!is_digit(plain.front()) && plain.front() != '-') return std::nullopt;  // "inf", "nan"
  double number = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), number);
  if (error != std::errc() || end != plain.data() + plain.size()) return std::nullopt;
  if (!std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<TimePoint> time_of_number(double number) {
  if (!std::isfinite(number) || number < 0) return std::nullopt;
  const double milliseconds = number < kSecondsBelow ? number * 1'000 : number;
  if (milliseconds > kMillisecondsMax) return std::nullopt;
  return base::from_unix_micros(static_cast<std::int64_t>(std::llround(milliseconds)) * 1'000);
}

std::optional<TimePoint> parse_time(std::string_view text) {
  if (const std::optional<double> number = parse_number(text)) return time_of_number(*number);
  if (text.size() > kTimeBytesMax) return std::nullopt;
  const Result<TimePoint> parsed = base::parse_utc(completed(text));
  if (!parsed || base::to_unix_micros(*parsed) < 0) return std::nullopt;
  return base::from_unix_micros(base::to_unix_micros(*parsed) / 1'000 * 1'000);
}

std::optional<TimePoint> parse_time(const boost::json::value& value) {
  if (const boost::json::string* text = value.if_string()) {
    return parse_time(std::string_view(text->data(), text->size()));
  }
  if (!value.is_number()) return std::nullopt;
  return time_of_number(value.to_number<double>());
}

std::int64_t epoch_milliseconds(TimePoint time) {
  return std::chrono::floor<std::chrono::milliseconds>(time).time_since_epoch().count();
}

}  // namespace berth::dialects::cloudplugs
