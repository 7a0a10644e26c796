#include "dialects/azure_dps/model_id.h"

#include "dialects/json_fields.h"

#include <algorithm>

namespace berth::dialects::azure_dps {
namespace {

namespace json = boost::json;

constexpr std::size_t kPayloadBytesMax = 96 * 1024;

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_string()) return {};
  const json::string& text = value->get_string();
  return std::string(text.data(), std::min(text.size(), kModelBytesMax));
}

std::string model_of_interfaces(const json::object& payload) {
  const json::value* interfaces = payload.if_contains("__iot:interfaces");
  if (interfaces == nullptr || !interfaces->is_object()) return {};
  std::string model = text_of(interfaces->get_object(), "CapabilityModelUri");
  if (model.empty()) model = text_of(interfaces->get_object(), "CapabilityModelId");
  return model;
}

std::string model_of_object(const json::object& payload) {
  for (const std::string_view name : {"modelId", "iotcModelId"}) {
    std::string model = text_of(payload, name);
    if (!model.empty()) return model;
  }
  return model_of_interfaces(payload);
}

}  // namespace

std::string model_of_payload(std::string_view payload) {
  if (payload.empty()) return {};
  const JsonLimits limits{.bytes_max = kPayloadBytesMax};
  Result<json::value> value = parse_json(payload, limits);
  if (value && value->is_string()) {
    // Some samples hand the SDK a text that is JSON already.
    const json::string inner = value->get_string();
    value = parse_json({inner.data(), inner.size()}, limits);
  }
  if (!value || !value->is_object()) return {};
  return model_of_object(value->get_object());
}

}  // namespace berth::dialects::azure_dps
