// Where a reader of the log stands, as a text for others: "c1.HUB.GENERATION.ORDINAL".
//
// Room store/rocksdb. A generation is one life of a hub's log: a hub that was deleted and made anew
// has another one. Generation 0 stands before the first event of a hub that had none yet.
// Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "domain/ids.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace berth::store::rocksdb {

inline constexpr std::size_t kCursorBytesMax = 160;

struct Cursor {
  std::uint64_t generation = 0;
  std::uint64_t ordinal = 0;  // of the last event that was looked at
  bool operator==(const Cursor&) const = default;
};

std::string encode_cursor(const domain::HubName& hub, const Cursor& cursor);
// kInvalid: it is none, or another hub's.
Result<Cursor> decode_cursor(const domain::HubName& hub, std::string_view text);

}  // namespace berth::store::rocksdb
