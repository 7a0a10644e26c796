// Ordered maps as tables, with the rules of ports/catalog.h: expectations, versions, pages.
//
// Room management, tests. Thread rule: one thread.
#pragma once

#include "management/ports/catalog.h"

#include <charconv>
#include <string>
#include <utility>
#include <variant>

namespace berth::management::testing {

template <class Map, class Key>
Result<typename Map::mapped_type> find(const Map& map, const Key& key) {
  const auto found = map.find(key);
  if (found == map.end()) return Fail(ErrorKind::kNotFound, "it is not there");
  return found->second;
}

// Errors of the expectation; whether a record was there.
template <class Map, class Key>
Result<bool> check(const Map& map, const Key& key, const Expectation& expectation) {
  const auto found = map.find(key);
  const bool there = found != map.end();
  if (std::holds_alternative<MustNotExist>(expectation) && there) {
    return Fail(ErrorKind::kConflict, "it exists already");
  }
  const auto* version = std::get_if<MustBeVersion>(&expectation);
  if ((version != nullptr || std::holds_alternative<MustExist>(expectation)) && !there) {
    return Fail(ErrorKind::kNotFound, "it is not there");
  }
  if (version != nullptr && version->version != found->second.version) {
    return Fail(ErrorKind::kPreconditionFailed, "it has another version");
  }
  return there;
}

template <class Map, class Key, class Record>
Result<std::uint64_t> put(Map& map, const Key& key, Record record, const Expectation& expectation) {
  BERTH_TRY(const bool there, check(map, key, expectation));
  record.version = there ? map.at(key).version + 1 : 1;
  const std::uint64_t version = record.version;
  map.insert_or_assign(key, std::move(record));
  return version;
}

template <class Map, class Key>
Result<std::uint64_t> remove(Map& map, const Key& key, const Expectation& expectation) {
  BERTH_TRY(const bool there, check(map, key, expectation));
  if (there) map.erase(key);
  return 0;
}

// The cursor is the number of items already given.
template <class Map, class Keep>
auto page_of(const Map& map, const domain::Page& page, Keep keep) {
  domain::Listing<typename Map::mapped_type> listing;
  std::size_t skip = 0;
  std::from_chars(page.cursor.data(), page.cursor.data() + page.cursor.size(), skip);
  std::size_t seen = 0;
  for (const auto& [key, record] : map) {
    if (!keep(record) || seen++ < skip) continue;
    if (listing.items.size() == page.limit) {
      listing.next_cursor = std::to_string(skip + page.limit);
      break;
    }
    listing.items.push_back(record);
  }
  return listing;
}

inline constexpr auto kAll = [](const auto&) { return true; };

}  // namespace berth::management::testing
