#include "domain/model_id.h"

#include "base/codec.h"

#include <algorithm>
#include <string>

namespace berth::domain {
namespace {

constexpr std::string_view kScheme = "dtmi:";
constexpr std::string_view kUrnScheme = "urn:";
constexpr std::size_t kVersionDigitsMax = 9;
constexpr std::size_t kMinorDigitsMax = 6;
constexpr std::size_t kQuotedMax = 40;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

auto wrong(std::string what) {
  return Fail(ErrorKind::kInvalid, std::move(what),
              "A model id looks like dtmi:com:example:Thermostat;1.");
}

std::string quoted(std::string_view text) { return "'" + base::printable(text, kQuotedMax) + "'"; }

// Digits, the first not a zero.
bool is_number(std::string_view text, std::size_t digits_max) {
  return !text.empty() && text.size() <= digits_max && text.front() != '0' &&
         std::all_of(text.begin(), text.end(), is_digit);
}

Result<void> check_segment(std::string_view segment, bool system_segments) {
  if (segment.empty()) {
    return wrong("two colons stand together, or one stands at the end, in the model id");
  }
  const bool known = std::all_of(segment.begin(), segment.end(),
                                 [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
  if (!known) {
    return wrong("the part " + quoted(segment) +
                 " of the model id has a character that is no letter, digit or underscore");
  }
  if (is_digit(segment.front())) {
    return wrong("the part " + quoted(segment) + " of the model id begins with a digit");
  }
  if (segment.back() == '_') {
    return wrong("the part " + quoted(segment) + " of the model id ends with an underscore");
  }
  if (segment.front() == '_' && !system_segments) {
    return wrong("the part " + quoted(segment) +
                 " of the model id begins with an underscore; such ids belong to the language");
  }
  return {};
}

Result<void> check_version(std::string_view version, DtmiVersions versions) {
  const std::size_t point = version.find('.');
  const std::string_view major = version.substr(0, point);
  if (!is_number(major, kVersionDigitsMax)) {
    return wrong("the version after the semicolon of the model id is not 1..999999999");
  }
  if (point == std::string_view::npos) return {};
  if (versions == DtmiVersions::kRequired) {
    return wrong("the version of the model id has two parts; that needs version 3 of the language");
  }
  if (!is_number(version.substr(point + 1), kMinorDigitsMax)) {
    return wrong("the minor version of the model id is not 1..999999");
  }
  return {};
}

Result<void> check_urn(std::string_view text) {
  if (text.size() > kUrnSizeMax) {
    return wrong("the model id has more than " + std::to_string(kUrnSizeMax) + " characters");
  }
  const std::string_view rest = text.substr(kUrnScheme.size());
  const bool printable =
      std::all_of(rest.begin(), rest.end(), [](char c) { return c > 0x20 && c < 0x7f; });
  if (rest.empty() || !printable) {
    return wrong(
        "the model id has a blank or a character that is not printable ASCII, or nothing "
        "after 'urn:'");
  }
  return {};
}

}  // namespace

Result<void> check_dtmi(std::string_view text, DtmiRules rules) {
  if (text.size() > rules.size_max) {
    return wrong("the model id has " + std::to_string(text.size()) + " characters, more than " +
                 std::to_string(rules.size_max));
  }
  if (!text.starts_with(kScheme)) return wrong("the model id does not begin with 'dtmi:'");
  const std::size_t semicolon = text.find(';');
  std::string_view path =
      text.substr(kScheme.size(), semicolon == std::string_view::npos ? std::string_view::npos
                                                                      : semicolon - kScheme.size());
  while (true) {
    const std::size_t colon = path.find(':');
    Result<void> segment = check_segment(path.substr(0, colon), rules.system_segments);
    if (!segment) return segment;
    if (colon == std::string_view::npos) break;
    path.remove_prefix(colon + 1);
  }
  if (semicolon == std::string_view::npos) {
    if (rules.versions == DtmiVersions::kOptional) return {};
    return wrong("the model id has no version (a semicolon and a number at its end)");
  }
  return check_version(text.substr(semicolon + 1), rules.versions);
}

Result<void> check_model_id(std::string_view text) {
  if (text.starts_with(kUrnScheme)) return check_urn(text);
  return check_dtmi(text, {.versions = DtmiVersions::kOptional, .size_max = kInterfaceIdSizeMax});
}

}  // namespace berth::domain
