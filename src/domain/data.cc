#include "domain/data.h"

#include <fmt/format.h>

namespace berth::domain {
namespace {

Error broken(std::string_view what, std::string_view text, std::string_view why) {
  return {ErrorKind::kInvalid,
          fmt::format("{} '{}' {}", what, base::printable(std::string(text), 64), why),
          "levels are joined by single slashes, 200 bytes at most; in masks '+' is a whole level "
          "and '#' the last one"};
}

// Cuts the first level off; nothing is left of `rest` behind the last one.
std::string_view next_level(std::string_view& rest, bool& more) {
  const std::size_t slash = rest.find('/');
  more = slash != std::string_view::npos;
  const std::string_view level = rest.substr(0, slash);
  rest = more ? rest.substr(slash + 1) : std::string_view();
  return level;
}

bool has_control_character(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

Result<void> validate(std::string_view what, std::string_view text, bool wildcards) {
  if (text.empty()) return Fail(broken(what, text, "is empty"));
  if (text.size() > kChannelBytesMax) return Fail(broken(what, text, "is too long"));
  if (has_control_character(text)) return Fail(broken(what, text, "has a control character"));
  std::string_view rest = text;
  for (bool more = true; more;) {
    const std::string_view level = next_level(rest, more);
    if (level.empty()) return Fail(broken(what, text, "has an empty level"));
    if (level.find_first_of("+#") == std::string_view::npos) continue;
    if (!wildcards) return Fail(broken(what, text, "has a wildcard"));
    if (level.size() != 1) return Fail(broken(what, text, "has a wildcard inside a level"));
    if (level == "#" && more) return Fail(broken(what, text, "has levels behind a '#'"));
  }
  return {};
}

}  // namespace

Result<void> validate_channel(std::string_view channel) {
  return validate("channel", channel, false);
}

Result<void> validate_mask(std::string_view mask) { return validate("mask", mask, true); }

bool mask_matches(std::string_view mask, std::string_view channel) {
  bool more_mask = true;
  bool more_channel = true;
  while (more_mask) {
    const std::string_view wanted = next_level(mask, more_mask);
    if (wanted == "#") return true;
    if (!more_channel) return false;
    const std::string_view level = next_level(channel, more_channel);
    if (wanted != "+" && wanted != level) return false;
  }
  return !more_channel;
}

}  // namespace berth::domain
