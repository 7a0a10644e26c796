#include "domain/event_json.h"

#include "base/codec.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cmath>

namespace berth::domain {
namespace {

namespace json = boost::json;

constexpr std::size_t kBodyDepthMax = 32;

json::string text_of(std::string_view text) {
  if (base::is_utf8(text)) return json::string(text);
  return json::string(base::printable(text, text.size()));
}

void add_text(json::object& object, std::string_view name, std::string_view value) {
  if (!value.empty()) object[name] = text_of(value);
}

// JSON has no infinity: a number beyond the range of a double would be lost.
bool all_finite(const json::value& value) {
  if (value.is_double()) return std::isfinite(value.get_double());
  if (value.is_array()) {
    for (const json::value& each : value.get_array()) {
      if (!all_finite(each)) return false;
    }
  }
  if (value.is_object()) {
    for (const auto& member : value.get_object()) {
      if (!all_finite(member.value())) return false;
    }
  }
  return true;
}

void add_body(json::object& object, const std::string& body) {
  json::parse_options options;
  options.max_depth = kBodyDepthMax;
  json::error_code error;
  json::value parsed = json::parse(body, error, {}, options);
  if (!error && all_finite(parsed)) {
    object["body"] = std::move(parsed);
    object["bodyEncoding"] = "json";
  } else if (base::is_utf8(body)) {
    object["body"] = body;
    object["bodyEncoding"] = "text";
  } else {
    object["body"] = base::base64_encode(base::as_bytes(body));
    object["bodyEncoding"] = "base64";
  }
}

json::object system_properties(const Message& message) {
  json::object object;
  add_text(object, "messageId", message.id);
  add_text(object, "correlationId", message.correlation_id);
  add_text(object, "userId", message.user_id);
  add_text(object, "to", message.to);
  add_text(object, "contentType", message.content_type);
  add_text(object, "contentEncoding", message.content_encoding);
  add_text(object, "component", message.component);
  add_text(object, "interfaceId", message.interface_id);
  add_text(object, "createdAt", message.created_at);
  add_text(object, "expiresAt", message.expires_at);
  return object;
}

}  // namespace

json::object event_json(const Event& event, const EventPosition& position) {
  json::object object;
  object["partition"] = position.partition;
  object["sequence"] = position.sequence;
  object["hub"] = event.hub.text();
  object["deviceId"] = text_of(event.device.text());
  object["kind"] = to_string(event.kind);
  object["enqueuedAt"] = base::format_utc(event.enqueued_at);
  add_text(object, "modelId", event.model_id);
  object["systemProperties"] = system_properties(event.message);
  json::object properties;
  for (const Property& each : event.message.properties) {
    json::value& value = properties[text_of(each.name)];
    if (each.value) {
      value = text_of(*each.value);
    } else {
      value = nullptr;
    }
  }
  object["properties"] = std::move(properties);
  add_body(object, event.message.body);
  return object;
}

}  // namespace berth::domain
