// SHA-256 fingerprints of certificates as operators write them.
//
// Room management. Thread rule: pure function.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <string_view>

namespace berth::management {

// 64 hex digits in either case, with or without colons between the pairs. kInvalid naming the
// member; a SHA-1 is told apart, because other systems know certificates by it.
Result<base::Bytes> read_fingerprint(std::string_view member, std::string_view text);

}  // namespace berth::management
