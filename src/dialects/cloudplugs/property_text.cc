#include "dialects/cloudplugs/property_text.h"

#include "base/codec.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/json_out.h"
#include "domain/json_text.h"

#include <fmt/format.h>

#include <optional>

namespace berth::dialects::cloudplugs {
namespace {

namespace json = boost::json;

constexpr std::size_t kPropertiesMax = 1'000;  // in one request
constexpr std::size_t kBareTextBytesMax = 4 * 1024;
constexpr JsonLimits kDeeper{.bytes_max = kBodyBytesMax, .depth_max = 1'000};
constexpr std::string_view kEmptyName = "%";

// C1 control characters are C2 80..9F.
bool is_refused(unsigned char byte, unsigned char before, unsigned char after) {
  if (byte < 0x20 || byte == 0x7F) return true;
  if (byte == 0xC2 && after >= 0x80 && after < 0xA0) return true;
  if (before == 0xC2 && byte < 0xA0 && byte >= 0x80) return true;
  return byte == '.' || byte == '$' || byte == ' ' || byte == '%';
}

std::optional<unsigned char> hex_pair(std::string_view text) {
  if (text.size() != 2) return std::nullopt;
  const std::optional<base::Bytes> byte = base::hex_decode(text);
  return byte ? std::optional<unsigned char>((*byte)[0]) : std::nullopt;
}

// The value with every name in it renamed. As deep as the reader let it be.
template <class Rename>
json::value renamed(const json::value& value, Rename rename) {
  if (const json::array* array = value.if_array()) {
    json::array out;
    out.reserve(array->size());
    for (const json::value& each : *array) out.push_back(renamed(each, rename));
    return out;
  }
  const json::object* object = value.if_object();
  if (object == nullptr) return value;
  json::object out;
  out.reserve(object->size());
  for (const auto& member : *object) {
    out.insert_or_assign(rename(view(member.key())), renamed(member.value(), rename));
  }
  return out;
}

}  // namespace

std::string kept_name(std::string_view name) {
  if (name.empty()) return std::string(kEmptyName);
  std::string kept;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto at = [&](std::size_t place) {
      return place < name.size() ? static_cast<unsigned char>(name[place]) : std::uint8_t{0};
    };
    const unsigned char byte = at(i);
    if (is_refused(byte, i == 0 ? std::uint8_t{0} : at(i - 1), at(i + 1))) {
      kept += fmt::format("%{:02X}", byte);
    } else {
      kept += name[i];
    }
  }
  return kept;
}

std::string given_name(std::string_view kept) {
  if (kept == kEmptyName) return {};
  std::string name;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const std::optional<unsigned char> byte =
        kept[i] == '%' ? hex_pair(kept.substr(i + 1, 2)) : std::nullopt;
    name += byte ? static_cast<char>(*byte) : kept[i];
    if (byte) i += 2;
  }
  return base::is_utf8(name) ? name : std::string(kept);
}

Result<std::string> read_property_name(std::string_view name) {
  if (name.empty()) return Fail(ErrorKind::kInvalid, "expected the name of a property");
  if (name.size() > kPropertyNameBytesMax || !base::is_utf8(name)) {
    return Fail(ErrorKind::kInvalid, "the property's name is too long or no UTF-8");
  }
  std::string kept = kept_name(name);
  if (kept.size() > kPropertyNameBytesMax) {
    return Fail(ErrorKind::kInvalid, "the property's name is too long");
  }
  return kept;
}

std::string kept_value(const json::value& value) {
  return domain::to_json_text(renamed(value, kept_name));
}

std::string given_value(const std::string& kept) {
  if (kept.find('%') == std::string::npos) return kept;
  const Result<json::value> value = parse_json(kept, kDeeper);
  return value ? domain::to_json_text(renamed(*value, given_name)) : kept;
}

Result<std::string> read_property_body(std::string_view body) {
  if (body.empty()) return std::string();
  const Result<json::value> value = read_json(body);
  if (value) return value->is_null() ? std::string() : kept_value(*value);
  if (body == "True") return std::string("true");
  if (body == "False") return std::string("false");
  if (parse_json(body, kDeeper)) return Fail(value.error());  // JSON, but nested too deeply
  if (body.size() > kBareTextBytesMax || !base::is_utf8(body)) {
    return Fail(ErrorKind::kInvalid, "expected a JSON value");
  }
  return quoted(body);
}

Result<PropertyValues> read_properties(const json::object& object) {
  if (object.size() > kPropertiesMax) return Fail(ErrorKind::kInvalid, "too many properties");
  PropertyValues values;
  for (const auto& member : object) {
    BERTH_TRY(std::string name, read_property_name(view(member.key())));
    const bool deletes = member.value().is_null();
    values.emplace_back(std::move(name), deletes ? "" : kept_value(member.value()));
  }
  return values;
}

Result<std::string> read_first_properties(const json::object& object) {
  BERTH_TRY(const PropertyValues values, read_properties(object));
  JsonObject kept;
  bool any = false;
  for (const auto& [name, value] : values) {
    if (value.empty()) continue;
    kept.json(name, value);
    any = true;
  }
  return any ? kept.take() : std::string();
}

std::string properties_json(const domain::PropertiesRead& properties) {
  JsonObject object;
  for (const auto& [name, value] : properties.values) {
    object.json(given_name(name), given_value(value));
  }
  return object.take();
}

}  // namespace berth::dialects::cloudplugs
