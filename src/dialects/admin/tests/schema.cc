#include "dialects/admin/tests/schema.h"

#include <algorithm>
#include <set>

namespace berth::dialects::admin::testing {
namespace {

namespace json = boost::json;

std::string type_of(const json::value& value) {
  if (value.is_null()) return "null";
  if (value.is_bool()) return "boolean";
  if (value.is_int64() || value.is_uint64()) return "integer";
  if (value.is_double()) return "number";
  if (value.is_string()) return "string";
  return value.is_array() ? "array" : "object";
}

class Checker {
 public:
  Checker(const json::value& document, std::vector<std::string>& found)
      : document_(document), found_(found) {}

  void check(const json::value& value, const json::value& schema_value, const std::string& at) {
    const json::object& schema = resolved(schema_value, document_);
    check_keywords(schema, at);
    check_type(value, schema, at);
    if (const json::value* forms = schema.if_contains("oneOf")) check_forms(value, *forms, at);
    if (const json::value* words = schema.if_contains("enum")) {
      const json::array& all = words->as_array();
      if (std::find(all.begin(), all.end(), value) == all.end()) add(at, "is not in enum");
    }
    if (value.is_number()) check_bounds(value, schema, at);
    if (value.is_object()) check_members(value.as_object(), schema, at);
    if (value.is_array() && schema.contains("items")) {
      for (const json::value& item : value.as_array()) check(item, schema.at("items"), at + "/-");
    }
  }

 private:
  void add(const std::string& at, const std::string& what) { found_.push_back(at + " " + what); }

  void check_keywords(const json::object& schema, const std::string& at) {
    static const std::set<std::string> kKnown{
        "type",  "description", "enum",    "properties", "required", "additionalProperties",
        "items", "minimum",     "maximum", "format",     "maxItems", "writeOnly",
        "oneOf"};
    for (const auto& keyword : schema) {
      const std::string name(keyword.key());
      if (!kKnown.contains(name)) add(at, "has the unknown keyword " + name);
    }
  }

  // One of several forms: what is wrong with the first is told when it is none.
  void check_forms(const json::value& value, const json::value& forms, const std::string& at) {
    std::vector<std::string> first;
    for (const json::value& form : forms.as_array()) {
      std::vector<std::string> found;
      Checker(document_, found).check(value, form, at);
      if (found.empty()) return;
      if (first.empty()) first = std::move(found);
    }
    found_.insert(found_.end(), first.begin(), first.end());
  }

  void check_type(const json::value& value, const json::object& schema, const std::string& at) {
    const json::value* type = schema.if_contains("type");
    if (type == nullptr) return;
    const std::string actual = type_of(value);
    const auto fits = [&](const json::value& wanted) { return wanted.as_string() == actual; };
    const bool good = type->is_array()
                          ? std::any_of(type->as_array().begin(), type->as_array().end(), fits)
                          : fits(*type);
    if (!good) add(at, "is of type " + actual);
  }

  void check_bounds(const json::value& value, const json::object& schema, const std::string& at) {
    const auto number = value.to_number<double>();
    const json::value* least = schema.if_contains("minimum");
    const json::value* most = schema.if_contains("maximum");
    if (least != nullptr && number < least->to_number<double>()) add(at, "is below minimum");
    if (most != nullptr && number > most->to_number<double>()) add(at, "is above maximum");
  }

  void check_members(const json::object& value, const json::object& schema, const std::string& at) {
    const json::value* properties = schema.if_contains("properties");
    if (properties == nullptr) return;
    for (const auto& member : value) {
      const json::value* inner = properties->as_object().if_contains(member.key());
      const std::string place = at + "/" + std::string(member.key());
      if (inner == nullptr) {
        add(place, "is not in the document");
      } else {
        check(member.value(), *inner, place);
      }
    }
    const json::value* required = schema.if_contains("required");
    if (required == nullptr) return;
    for (const json::value& name : required->as_array()) {
      if (!value.contains(name.as_string())) {
        add(at + "/" + std::string(name.as_string()), "is missing");
      }
    }
  }

  const json::value& document_;
  std::vector<std::string>& found_;
};

}  // namespace

const json::object& resolved(const json::value& schema, const json::value& document) {
  const json::object& object = schema.as_object();
  const json::value* ref = object.if_contains("$ref");
  if (ref == nullptr) return object;
  const std::string pointer(ref->as_string());  // "#/components/…"
  return document.at_pointer(pointer.substr(1)).as_object();
}

std::vector<std::string> misfits(const json::value& value, const json::value& schema,
                                 const json::value& document) {
  std::vector<std::string> found;
  Checker(document, found).check(value, schema, "");
  return found;
}

}  // namespace berth::dialects::admin::testing
