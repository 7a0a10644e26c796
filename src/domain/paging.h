// How operators page through lists, and the optimistic lock of what they change.
//
// Room domain. Thread rule: plain values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace berth::domain {

// The optimistic lock of an update or delete: the version from the ETag, or none for "whatever".
using Precondition = std::optional<std::uint64_t>;

// Keyset paging: `cursor` is opaque, empty for the first page. 1..1000 items, 0 means the default.
struct Page {
  std::string cursor;
  std::uint32_t limit = 0;
};

template <class T>
struct Listing {
  std::vector<T> items;
  std::string next_cursor;  // empty on the last page
};

}  // namespace berth::domain
