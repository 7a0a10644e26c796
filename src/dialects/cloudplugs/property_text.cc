#include "dialects/cloudplugs/property_text.h"

#include "base/codec.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/json_out.h"
#include "domain/json_text.h"

#include <optional>

namespace berth::dialects::cloudplugs {
namespace {

namespace json = boost::json;

constexpr std::size_t kBareTextBytesMax = 4 * 1024;
constexpr JsonLimits kDeeper{.bytes_max = kBodyBytesMax, .depth_max = 1'000};

}  // namespace

Result<std::string> read_property_name(std::string_view name) {
  if (name.empty()) return Fail(ErrorKind::kInvalid, "expected the name of a property");
  if (name.size() > kPropertyNameBytesMax || !base::is_utf8(name)) {
    return Fail(ErrorKind::kInvalid, "the property's name is too long or no UTF-8");
  }
  return std::string(name);
}

Result<std::string> read_property_body(std::string_view body) {
  if (body.empty()) return std::string();
  const Result<json::value> value = read_json(body);
  if (value) return value->is_null() ? std::string() : domain::to_json_text(*value);
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
    const json::value& value = member.value();
    values.emplace_back(std::move(name), value.is_null() ? "" : domain::to_json_text(value));
  }
  return values;
}

Result<std::string> read_first_properties(const json::object& object) {
  BERTH_TRY(const PropertyValues values, read_properties(object));
  JsonObject first;
  bool any = false;
  for (const auto& [name, value] : values) {
    if (value.empty()) continue;
    first.json(name, value);
    any = true;
  }
  return any ? first.take() : std::string();
}

std::string properties_json(const domain::PropertiesRead& properties) {
  JsonObject object;
  for (const auto& [name, value] : properties.values) object.json(name, value);
  return object.take();
}

}  // namespace berth::dialects::cloudplugs
