// Small readers and writers that several nouns share.
//
// Room dialects. Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "dialects/admin/incoming.h"
#include "dialects/json_fields.h"
#include "domain/records.h"

#include <boost/json.hpp>

#include <optional>
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

// Members that enrollments and devices have alike: "attestation" with its keys, and the keys that
// were replaced.
struct AttestationEdit {
  std::optional<Secret> primary_key;
  std::optional<Secret> secondary_key;
};
AttestationEdit read_attestation(Body& body);
boost::json::array retired_json(const domain::SymmetricKeys& keys);
// "primary" or "secondary" in the path.
domain::KeySlot read_slot(Incoming& in);

// JSON that was kept as text; null when it is empty, its text when it cannot be read.
boost::json::value document(std::string_view json);

}  // namespace berth::dialects::admin
