// What a board is called (dice-x509.md §2.1): the registration id that it forms itself from its MAC
// address and the version of its firmware, or one that was compiled into it.
//
// Room factory. Thread rule: pure functions.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace berth::factory {

// What a board has room for when it forms its id.
inline constexpr std::size_t kFormedIdMax = 31;

struct BoardName {
  std::string registration_id;
  std::vector<std::string> notes = {};  // sentences for whoever asked
};

// "az-c8930123456av1v3v7" of "c8930123456a" and "1.3.7". kInvalid: not 12 lower-case hexadecimal
// digits, or not three numbers.
Result<BoardName> board_name(std::string_view mac, std::string_view version);

// kInvalid: not 1 to 128 of a-z, 0-9 and dashes.
Result<BoardName> given_board_name(std::string_view registration_id);

}  // namespace berth::factory
