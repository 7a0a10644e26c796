#include "factory/board_name.h"

#include "base/codec.h"
#include "factory/riot_certificate.h"

#include <algorithm>

namespace berth::factory {
namespace {

constexpr std::size_t kMacDigits = 12;
constexpr std::size_t kVersionMax = 32;
constexpr std::size_t kToolVersionMax = 5;  // what the boards' own tool reads of a version

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

std::string quoted(std::string_view text) { return "`" + base::printable(text, 140) + "`"; }

auto invalid(std::string what, std::string mend) {
  return Fail(ErrorKind::kInvalid, std::move(what), std::move(mend));
}

Result<void> check_mac(std::string_view mac) {
  if (mac.size() == kMacDigits && std::ranges::all_of(mac, is_lower_hex)) return {};
  std::string digits = base::ascii_lower(mac);
  std::erase_if(digits, [](char c) { return c == ':' || c == '-'; });
  const bool would_do = digits.size() == kMacDigits && std::ranges::all_of(digits, is_lower_hex);
  if (would_do && digits.size() == mac.size()) {
    return invalid("the MAC address " + quoted(mac) +
                       " has capital letters, which no registration id may have; the board writes "
                       "its own id in lower case, so that two ids would come of one board",
                   "write " + digits);
  }
  if (would_do) {
    return invalid("the MAC address " + quoted(mac) + " is not written as the board writes it",
                   "write " + digits);
  }
  return invalid("the MAC address " + quoted(mac) + " is not 12 hexadecimal digits, but " +
                     std::to_string(mac.size()) + " characters",
                 "copy it from the board's serial output, without colons");
}

bool is_version(std::string_view version) {
  if (version.size() > kVersionMax) return false;
  for (int part = 0; part < 3; ++part) {
    const std::size_t dot = part < 2 ? version.find('.') : version.size();
    if (dot == version.npos || dot == 0) return false;
    if (!std::ranges::all_of(version.substr(0, dot), is_digit)) return false;
    version.remove_prefix(std::min(dot + 1, version.size()));
  }
  return true;
}

}  // namespace

Result<BoardName> board_name(std::string_view mac, std::string_view version) {
  if (auto well = check_mac(mac); !well) return Fail(well.error());
  if (!is_version(version)) {
    return invalid("the firmware version " + quoted(version) + " is not three numbers with dots",
                   "copy it from the board's serial output, like 1.3.7");
  }
  BoardName name;
  name.registration_id = "az-" + std::string(mac) + "v" + std::string(version);
  std::ranges::replace(name.registration_id, '.', 'v');
  if (version.size() > kToolVersionMax) {
    name.notes.push_back("the board's own tool reads five characters of a version and refuses " +
                         std::string(version) + "; the board itself forms this id");
  }
  if (name.registration_id.size() > kFormedIdMax) {
    name.notes.push_back("the id has " + std::to_string(name.registration_id.size()) +
                         " characters, and a board that forms it has room for " +
                         std::to_string(kFormedIdMax) + ": compile a shorter one into its program");
  }
  return name;
}

Result<BoardName> given_board_name(std::string_view registration_id) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-'; };
  const bool well = !registration_id.empty() && registration_id.size() <= kRegistrationIdMax &&
                    std::ranges::all_of(registration_id, fits);
  if (!well) {
    return invalid(quoted(registration_id) + " is no registration id of a board, which has 1 to " +
                       std::to_string(kRegistrationIdMax) +
                       " lower-case letters, digits and dashes",
                   "use the id that is compiled into the board's program, or leave it out");
  }
  BoardName name;
  name.registration_id = registration_id;
  if (registration_id.size() > kFormedIdMax) {
    name.notes.push_back("the id has " + std::to_string(registration_id.size()) +
                         " characters; ids that boards form themselves have at most " +
                         std::to_string(kFormedIdMax) + ": try it with one board first");
  }
  return name;
}

}  // namespace berth::factory
