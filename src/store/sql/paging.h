// Keyset paging: a page ends with the key of its last item, and the cursor is that key in hex (so
// that it may stand in a URL as it is).
//
// Room store/sql. Thread rule: pure functions.
#pragma once

#include "domain/operations.h"
#include "store/sql/connection.h"
#include "store/sql/rows.h"

#include <string>
#include <vector>

namespace berth::store::sql {

inline constexpr std::uint32_t kPageDefault = 100;
inline constexpr std::uint32_t kPageMax = 1000;

struct PageStart {
  std::string after;        // empty: from the beginning
  std::size_t limit = 0;    // 1..kPageMax
  std::uint64_t fetch = 0;  // one more than the limit, to see whether there is a next page
};

// kInvalid for a cursor that no listing gave out. A limit above kPageMax counts as kPageMax.
Result<PageStart> read_page(const domain::Page& page);

std::string make_cursor(std::string_view last_key);

// A place in an order by time and key, as PageStart::after has it: "<Unix microseconds> <key>".
struct TimedPlace {
  std::int64_t at = 0;
  std::string key;
};
std::string timed_place(TimePoint at, std::string_view key);
// `start` when there is no `after`; kInvalid when it is no such place.
Result<TimedPlace> read_timed_place(const std::string& after, TimedPlace start);

// Cuts the surplus item off and makes the cursor; `key` gives an item's place in the order.
template <class Record, class Key>
domain::Listing<Record> make_listing(std::vector<Record> items, const PageStart& page, Key key) {
  domain::Listing<Record> listing;
  listing.items = std::move(items);
  if (listing.items.size() <= page.limit) return listing;
  listing.items.resize(page.limit);
  listing.next_cursor = make_cursor(key(listing.items.back()));
  return listing;
}

}  // namespace berth::store::sql
