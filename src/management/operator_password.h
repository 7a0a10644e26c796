// The passwords of operators: what they may be, and how they are checked and counted.
//
// Room management. Thread rule: as use_cases.h.
#pragma once

#include "management/call.h"

#include <string>
#include <string_view>

namespace berth::management {

// 1..64 of a-z 0-9 . _ - @ +
bool is_operator_name(std::string_view name);

// kInvalid: too short or too long, not UTF-8, the name itself, or one that everybody tries first.
Result<void> check_new_password(std::string_view name, const Secret& password);
// The text to keep. Also kUnavailable.
Task<Result<std::string>> hash_new_password(const Call& call, std::string name,
                                            SharedSecret password);

bool is_locked(const domain::Operator& who, TimePoint now);
Error locked_error();
// Counts a wrong password; the beginning of a lock is audited. That nobody has the name is no
// error.
Task<Result<void>> count_wrong_password(const Call& call, std::string name);

}  // namespace berth::management
