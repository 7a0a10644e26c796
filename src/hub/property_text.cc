#include "hub/property_text.h"

#include "base/codec.h"
#include "domain/json_text.h"
#include "hub/json_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::hub {
namespace {

namespace json = boost::json;

constexpr std::string_view kEncoded = ".$ %";
constexpr std::string_view kLastUpdated = "$lastUpdated";

std::string key_of(std::string_view name) {
  std::string key;
  key.reserve(name.size());
  for (const char c : name) {
    if (kEncoded.find(c) == std::string_view::npos) {
      key += c;
    } else {
      key += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return key;
}

// Keys that operators wrote may hold a '%' that encodes nothing.
std::string name_of(std::string_view key) {
  if (key.find('%') == std::string_view::npos) return std::string(key);
  return base::percent_decode(key).value_or(std::string(key));
}

// With every key of it as `rename` makes it; as deep as the value, which the reader bounded.
template <class Rename>
json::value renamed(const json::value& value, const Rename& rename) {
  if (value.is_array()) {
    json::array array;
    for (const json::value& each : value.get_array()) array.push_back(renamed(each, rename));
    return array;
  }
  if (!value.is_object()) return value;
  json::object object;
  for (const auto& member : value.get_object()) {
    object[json_view(rename(view(member.key())))] = renamed(member.value(), rename);
  }
  return object;
}

json::object stored_object(std::string_view text) {
  Result<json::value> value = read_json(text, {.bytes_max = text.size(), .any_integer = true});
  if (!value || !value->is_object()) return {};
  return std::move(value->get_object());
}

// When that member was written, as text that sorts by time; empty: never.
std::string_view written_at(const json::object& metadata, json::string_view key) {
  const json::value* node = metadata.if_contains(key);
  const json::object* object = node == nullptr ? nullptr : node->if_object();
  if (object == nullptr) return {};
  const json::value* at = object->if_contains(json_view(kLastUpdated));
  return at != nullptr && at->is_string() ? view(at->get_string()) : std::string_view();
}

void overlay(json::object& shown, const domain::Twin& twin) {
  const json::object reported_at = stored_object(twin.reported.metadata);
  const json::object desired_at = stored_object(twin.desired.metadata);
  const json::object desired = stored_object(twin.desired.document);
  for (const auto& member : desired) {
    const bool reported = shown.contains(member.key());
    const bool later = written_at(desired_at, member.key()) > written_at(reported_at, member.key());
    if (!reported || later) shown[member.key()] = member.value();
  }
}

DocumentFault unreadable(const std::string& name, const Error& error) {
  const bool large = error.kind == ErrorKind::kTooLarge;
  return {large ? domain::Reason::kDocumentTooLarge : domain::Reason::kDocumentInvalid,
          fmt::format("property '{}': {}", base::printable(name, 120), error.what)};
}

}  // namespace

Result<std::string, DocumentFault> reported_patch(const PropertyValues& values) {
  json::object patch;
  std::size_t bytes = 0;
  for (const auto& [name, text] : values) {
    bytes += name.size() + text.size();
    if (bytes > kTwinTextBytesMax) {
      return Fail(
          DocumentFault{domain::Reason::kDocumentTooLarge,
                        fmt::format("at most {} bytes are written at once", kTwinTextBytesMax)});
    }
    json::value& place = patch[json_view(key_of(name))];
    place = nullptr;
    if (text.empty()) continue;
    Result<json::value> value = read_json(text, {.bytes_max = kTwinTextBytesMax});
    if (!value) return Fail(unreadable(name, value.error()));
    place = renamed(*value, key_of);
  }
  return domain::to_json_text(patch);
}

std::string reported_document(std::string_view properties) {
  if (properties.empty()) return "{}";
  return domain::to_json_text(renamed(stored_object(properties), key_of));
}

domain::PropertiesRead properties_of(const domain::Twin& twin) {
  json::object shown = stored_object(twin.reported.document);
  overlay(shown, twin);
  domain::PropertiesRead read;
  for (const auto& member : shown) {
    read.values.emplace_back(name_of(view(member.key())),
                             domain::to_json_text(renamed(member.value(), name_of)));
  }
  std::sort(read.values.begin(), read.values.end());
  return read;
}

}  // namespace berth::hub
