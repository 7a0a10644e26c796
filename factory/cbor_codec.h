// CBOR (RFC 8949) in the form that certificates are written in: definite lengths, shortest numbers,
// no tags, no floating point. The reader takes nothing else and allocates nothing; what it returns
// lives as long as the bytes given.
//
// Room factory. Thread rule: a reader belongs to one thread; the functions are pure.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace berth::factory {

enum class CborKind { kInteger, kBytes, kText, kArray, kMap };

struct CborItem {
  CborKind kind = CborKind::kInteger;
  std::int64_t number = 0;                     // of kInteger
  std::span<const std::uint8_t> content = {};  // of kBytes, and of kText, which is UTF-8
  std::uint64_t count = 0;                     // of kArray: items; of kMap: pairs; they follow
  std::span<const std::uint8_t> head = {};     // the bytes of the item, without what follows
};

class CborReader {
 public:
  explicit CborReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  bool done() const { return rest_.empty(); }
  std::span<const std::uint8_t> rest() const { return rest_; }

  // The next item. `what` names it in the error.
  Result<CborItem> next(std::string_view what);
  Result<CborItem> next(CborKind kind, std::string_view what);
  // An array or map, of at most `count_max`.
  Result<std::uint64_t> count(CborKind kind, std::uint64_t count_max, std::string_view what);
  Result<std::int64_t> integer(std::string_view what);
  Result<std::span<const std::uint8_t>> bytes(std::string_view what);
  // Without control characters.
  Result<std::string_view> text(std::string_view what);
  Result<void> finish(std::string_view what) const;

 private:
  std::span<const std::uint8_t> rest_;
};

base::Bytes cbor_integer(std::int64_t value);
base::Bytes cbor_bytes(std::span<const std::uint8_t> content);
base::Bytes cbor_text(std::string_view text);
base::Bytes cbor_array(std::initializer_list<base::Bytes> items);
// Keys and values in turn, in the order given.
base::Bytes cbor_map(std::initializer_list<base::Bytes> keys_and_values);
// The heads alone, for what is put together in a loop.
base::Bytes cbor_array_head(std::size_t count);
base::Bytes cbor_map_head(std::size_t pairs);

}  // namespace berth::factory
