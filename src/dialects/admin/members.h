// Small writers that several nouns share.
//
// Room dialects. Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "dialects/json_fields.h"

#include <boost/json.hpp>

#include <string_view>

namespace berth::dialects::admin {

inline constexpr TextRule kNameRule{0, 512, false};  // management has the exact rules

inline boost::json::string text(std::string_view value) {
  return boost::json::string(value.data(), value.size());
}

inline boost::json::string time(TimePoint at) { return text(base::format_utc(at)); }

// null for the empty text.
inline boost::json::value text_or_null(std::string_view value) {
  if (value.empty()) return nullptr;
  return text(value);
}

// JSON that was kept as text; null when it is empty, its text when it cannot be read.
boost::json::value document(std::string_view json);

}  // namespace berth::dialects::admin
