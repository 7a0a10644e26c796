// JSON text read for the documents of devices, more strictly and more exactly than the
// library does it by itself: numbers keep all their digits across reading and writing again (they
// are read and written again with every change of a twin), one that no double can hold is refused,
// and so is an integer outside the range that twins allow.
//
// Room hub. Thread rule: pure functions.
#pragma once

#include "base/result.h"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace berth::hub {

// azure-iot-hub.md §6: what a double holds exactly, with a bit to spare.
inline constexpr std::int64_t kIntegerMin = -4503599627370496;
inline constexpr std::int64_t kIntegerMax = 4503599627370495;
// Levels of objects and arrays that are read at all.
inline constexpr std::size_t kJsonDepthMax = 32;

struct JsonBounds {
  std::size_t bytes_max = std::size_t{256} * 1024;
  bool any_integer = false;  // also those outside kIntegerMin..kIntegerMax
};

// kTooLarge or kInvalid; `what` says where the text stops being JSON.
Result<boost::json::value> read_json(std::string_view text, const JsonBounds& bounds = {});

// Whether the text is one JSON value.
Result<void> check_json(std::string_view text, std::size_t bytes_max);

inline std::string_view view(boost::json::string_view text) { return {text.data(), text.size()}; }
inline boost::json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace berth::hub
