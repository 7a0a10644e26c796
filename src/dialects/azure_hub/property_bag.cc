#include "dialects/azure_hub/property_bag.h"

#include "base/codec.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <utility>

namespace berth::dialects::azure_hub {
namespace {

using domain::Message;

struct SystemProperty {
  std::string_view name;
  std::string Message::*field;
};
constexpr std::array kSystemProperties = {
    SystemProperty{"$.mid", &Message::id},
    SystemProperty{"$.cid", &Message::correlation_id},
    SystemProperty{"$.uid", &Message::user_id},
    SystemProperty{"$.to", &Message::to},
    SystemProperty{"$.ct", &Message::content_type},
    SystemProperty{"$.ce", &Message::content_encoding},
    SystemProperty{"$.sub", &Message::component},
    SystemProperty{"$.ifid", &Message::interface_id},
    SystemProperty{"$.ctime", &Message::created_at},
    SystemProperty{"$.exp", &Message::expires_at},
};

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Decodes the escapes that are some and leaves the others; what would not be text that MQTT itself
// could carry stays as sent.
std::string decode_leniently(std::string_view raw) {
  if (raw.find('%') == std::string_view::npos) return std::string(raw);
  std::string text;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    const bool escape =
        raw[i] == '%' && i + 2 < raw.size() && is_hex(raw[i + 1]) && is_hex(raw[i + 2]);
    if (!escape) {
      text += raw[i];
      continue;
    }
    text += base::percent_decode(raw.substr(i, 3)).value_or("");
    i += 2;
  }
  const bool is_text = base::is_utf8(text) && text.find('\0') == std::string::npos;
  return is_text ? text : std::string(raw);
}

// Who sends it: the Java SDK says so in each message (seen in tests/interop). The hub knows better.
bool says_who_sends(std::string_view name) { return name == "$.cdid" || name == "$.cmid"; }

std::string* system_field(Message& message, std::string_view name) {
  for (const SystemProperty& each : kSystemProperties) {
    if (each.name == name) return &(message.*each.field);
  }
  return nullptr;
}

void read_property(std::string_view part, Message& message) {
  const std::size_t equals = part.find('=');
  std::string name = decode_leniently(part.substr(0, equals));
  std::optional<std::string> value;
  if (equals != std::string_view::npos) value = decode_leniently(part.substr(equals + 1));
  if (says_who_sends(name)) return;
  if (std::string* field = system_field(message, name)) {
    *field = std::move(value).value_or("");
  } else {
    message.properties.push_back({std::move(name), std::move(value)});
  }
}

void append(std::string& bag, std::string_view encoded_name, std::string_view value) {
  fmt::format_to(std::back_inserter(bag), "{}{}={}", bag.empty() ? "" : "&", encoded_name,
                 base::percent_encode(value));
}

}  // namespace

bool read_property_bag(std::string_view bag, Message& message) {
  // The Node module client ends with a slash, older clients begin with a question mark; slashes
  // within belong to values that the C client does not escape (§2.4).
  if (bag.starts_with('?')) bag.remove_prefix(1);
  if (bag.ends_with('/')) bag.remove_suffix(1);
  while (!bag.empty()) {
    const std::size_t end = bag.find('&');
    const std::string_view part = bag.substr(0, end);
    bag = end == std::string_view::npos ? std::string_view() : bag.substr(end + 1);
    if (part.empty()) continue;
    if (message.properties.size() == kPropertiesMax) return false;
    read_property(part, message);
  }
  return true;
}

std::string property_bag_of(const domain::QueuedMessage& queued) {
  std::string bag;
  append(bag, "%24.to", fmt::format("/devices/{}/messages/devicebound", queued.device.text()));
  for (const SystemProperty& each : kSystemProperties) {
    const std::string& value = queued.message.*each.field;
    if (value.empty() || each.field == &Message::to) continue;
    append(bag, "%24" + std::string(each.name.substr(1)), value);
  }
  if (queued.feedback != domain::FeedbackWanted::kNone) {
    append(bag, "iothub-ack", to_string(queued.feedback));
  }
  for (const domain::Property& each : queued.message.properties) {
    append(bag, base::percent_encode(each.name), each.value.value_or(""));
  }
  return bag;
}

}  // namespace berth::dialects::azure_hub
