#include "domain/ids.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::domain {
namespace {

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

struct Rule {
  std::string_view name;
  std::size_t size_min;
  std::size_t size_max;
  std::string_view punctuation;  // allowed beside letters and digits
  std::string_view first;        // punctuation allowed as the first character
  std::string_view last;         // and as the last
  std::string_view mend;
};

bool has(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

Result<void> check(std::string_view text, const Rule& rule) {
  const auto refuse = [&](std::string why) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("{} '{}' {}", rule.name, base::printable(text, 64), why),
                std::string(rule.mend));
  };
  if (text.size() < rule.size_min || text.size() > rule.size_max) {
    return refuse(fmt::format("has {} characters; allowed are {} to {}", text.size(), rule.size_min,
                              rule.size_max));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_alnum(text[i]) && !has(rule.punctuation, text[i])) {
      return refuse(fmt::format("has a character that is not allowed at position {}", i + 1));
    }
  }
  if (!is_alnum(text.front()) && !has(rule.first, text.front())) {
    return refuse("starts with a character that is not allowed there");
  }
  if (!is_alnum(text.back()) && !has(rule.last, text.back())) {
    return refuse("ends with a character that is not allowed there");
  }
  return {};
}

constexpr std::string_view kRegistrationMend =
    "use 1 to 128 letters, digits and - . _ : starting with a letter or digit, "
    "ending with a letter, digit or dash";

}  // namespace

Result<void> ScopeTag::validate(std::string_view text) {
  return check(text, {kName, 1, 32, "", "", "", "use 1 to 32 letters and digits"});
}

Result<void> RegistrationTag::validate(std::string_view text) {
  return check(text, {kName, 1, 128, "-._:", "", "-", kRegistrationMend});
}

Result<void> EnrollmentTag::validate(std::string_view text) {
  return check(text, {kName, 1, 128, "-._:", "", "-", kRegistrationMend});
}

Result<void> HubTag::validate(std::string_view text) {
  constexpr std::string_view kMend =
      "use 3 to 50 lower-case letters, digits and hyphens, with a letter or digit at both ends";
  Result<void> valid = check(text, {kName, 3, 50, "-", "", "", kMend});
  if (!valid) return valid;
  const bool upper =
      std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (upper) {
    return Fail(ErrorKind::kInvalid, fmt::format("hub name '{}' has upper-case letters", text),
                std::string(kMend));
  }
  return {};
}

Result<void> DeviceTag::validate(std::string_view text) {
  constexpr std::string_view kPunctuation = "-:.+%_#*?!(),=@$'";
  return check(text, {kName, 1, 128, kPunctuation, kPunctuation, kPunctuation,
                      "use 1 to 128 letters, digits and - : . + % _ # * ? ! ( ) , = @ $ '"});
}

Result<void> MemberTag::validate(std::string_view text) {
  constexpr std::string_view kPunctuation = "-._:";
  return check(text, {kName, 1, 64, kPunctuation, kPunctuation, kPunctuation,
                      "use 1 to 64 letters, digits and - . _ :"});
}

Result<void> ObjectTag::validate(std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  const bool good =
      text.size() == kObjectIdSize && text.find_first_not_of(kHex) == std::string_view::npos;
  if (good) return {};
  return Fail(
      ErrorKind::kInvalid,
      fmt::format("{} '{}' is not {} hex digits", kName, base::printable(text, 64), kObjectIdSize),
      "give the id as it was given out");
}

Result<void> validate_host(std::string_view host) {
  return check(host, {"host name", 1, 253, "-.:", ":", ".",
                      "give a DNS name or an IP address without a port"});
}

}  // namespace berth::domain
