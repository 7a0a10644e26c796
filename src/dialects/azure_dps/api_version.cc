#include "dialects/azure_dps/api_version.h"

#include "base/codec.h"
#include "wire/http.h"

#include <algorithm>

namespace berth::dialects::azure_dps {
namespace {

constexpr std::size_t kDateSize = 10;  // "2019-03-31"

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_date(std::string_view text) {
  if (text.size() != kDateSize || text[4] != '-' || text[7] != '-') return false;
  for (std::size_t i = 0; i < kDateSize; ++i) {
    if (i != 4 && i != 7 && !is_digit(text[i])) return false;
  }
  const auto number = [&](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const int month = number(5);
  const int day = number(8);
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

}  // namespace

std::optional<ApiVersion> parse_api_version(std::string_view text) {
  const std::string_view date = text.substr(0, kDateSize);
  if (!is_date(date)) return std::nullopt;
  const std::string_view rest = text.substr(kDateSize);
  const bool preview = base::equals_ignoring_case(rest, "-preview");
  if (!rest.empty() && !preview) return std::nullopt;
  return ApiVersion{std::string(date), preview};
}

std::optional<ApiVersion> api_version_of(std::string_view query) {
  for (const auto& [name, value] : wire::split_query(query)) {
    if (!base::equals_ignoring_case(name, "api-version")) continue;
    const std::optional<std::string> decoded = base::percent_decode(value);
    return decoded ? parse_api_version(*decoded) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace berth::dialects::azure_dps
