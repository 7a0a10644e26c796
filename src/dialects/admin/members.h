// Small readers and writers that several nouns share.
//
// Room dialects. Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "dialects/admin/incoming.h"
#include "dialects/json_fields.h"
#include "domain/operations.h"

#include <boost/json.hpp>

#include <optional>
#include <string_view>
#include <vector>

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
  std::optional<domain::ProductSecretEdit> product;  // of enrollments only
};
AttestationEdit read_device_attestation(Body& body);
AttestationEdit read_enrollment_attestation(Body& body);
boost::json::array retired_json(const domain::SymmetricKeys& keys);
// "primary" or "secondary" in the path.
domain::KeySlot read_slot(Incoming& in);

// product_secrets.cc: the members of "attestation" that say how a product secret is used, none when
// none is given; and the topics of such a group.
std::optional<domain::ProductSecretEdit> read_product(JsonFields& attestation);
std::optional<std::vector<domain::TopicPermission>> read_topics(Body& body);
boost::json::object product_json(const domain::ProductSecret& product);
boost::json::array topics_json(const std::vector<domain::TopicPermission>& topics);

// JSON that was kept as text; null when it is empty, its text when it cannot be read.
boost::json::value document(std::string_view json);

}  // namespace berth::dialects::admin
