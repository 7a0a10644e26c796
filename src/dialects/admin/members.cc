#include "dialects/admin/members.h"

namespace berth::dialects::admin {

boost::json::value document(std::string_view json) {
  if (json.empty()) return nullptr;
  JsonLimits limits;
  limits.bytes_max = json.size();
  limits.depth_max = 64;
  Result<boost::json::value> value = parse_json(json, limits);
  if (!value) return text(json);
  return *std::move(value);
}

}  // namespace berth::dialects::admin
