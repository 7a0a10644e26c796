// Where the members of a JSON document stand in its text, so that one of them can be replaced and
// all the rest stays as its owner wrote it; and what is wrong with a text that is none, by line and
// column.
//
// Room device, private to it. Thread rule: pure functions. The text is a file of a user: anything.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::device {

inline constexpr std::size_t kJsonBytesMax = 64 * 1024;

enum class JsonKind : std::uint8_t { kText, kNumber, kWord, kObject, kArray };

struct JsonMember {
  std::string path;  // "key_deviceinfo.deviceSecret"
  JsonKind kind = JsonKind::kText;
  std::size_t name_at = 0;  // the opening quote of the name
  std::size_t begin = 0;    // the value, quotes included
  std::size_t end = 0;
};

struct JsonDocument {
  std::vector<JsonMember> members;  // in order, those of nested objects behind their object
  std::size_t end = 0;              // the brace that closes the document

  const JsonMember* find(std::string_view path) const;  // the first; null: there is none
  // The second member of that path, if it stands twice.
  const JsonMember* find_again(std::string_view path) const;
};

// "line 3, column 7"; columns are counted in characters.
std::string place_in(std::string_view text, std::size_t offset);
// kInvalid: "line 3, column 7: expected …, found …". Objects within arrays have no members here,
// nor have members whose name has a dot.
Result<JsonDocument> read_json(std::string_view text);
// The value of a kText member without quotes and escapes. Nothing when an escape names half a
// character.
std::optional<std::string> text_of(std::string_view text, const JsonMember& member);

}  // namespace berth::device
