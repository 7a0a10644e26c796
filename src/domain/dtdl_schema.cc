// Schemas of a model: v2 and v3 "Schema" to "Interface schemas".
#include "domain/dtdl_reader.h"
#include "domain/model_id.h"

#include <algorithm>
#include <array>

namespace berth::domain::dtdl {
namespace {

constexpr std::size_t kEnumValuesMaxTwo = 100;  // v2 "Enum"
constexpr std::size_t kFieldsMaxTwo = 30;       // v2 "Object"
constexpr std::string_view kPrimitivePrefix = "dtmi:dtdl:instance:Schema:";
constexpr std::string_view kGeospatialPrefix = "dtmi:standard:schema:geospatial:";
constexpr std::string_view kPrimitives[] = {"boolean", "date",    "dateTime", "double", "duration",
                                            "float",   "integer", "long",     "string", "time"};
constexpr std::string_view kGeospatial[] = {"lineString",   "multiLineString", "multiPoint",
                                            "multiPolygon", "point",           "polygon"};

template <std::size_t size>
bool is_one_of(const std::string_view (&words)[size], std::string_view word) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// {"@id": "…"} names an element as its bare id does.
bool is_bare_reference(const json::value& value) {
  return value.is_object() && value.get_object().size() == 1 && value.get_object().contains("@id");
}

}  // namespace

SchemaUse Reader::read_named_schema(std::string_view name, const Place& place, Language language) {
  if (is_one_of(kPrimitives, short_form(name, kPrimitivePrefix))) return {};
  if (is_one_of(kGeospatial, short_form(name, kGeospatialPrefix))) return {.has_array = true};
  const std::string mend =
      "Use double, integer, string or another of the language's, or the @id of one of the "
      "interface's schemas.";
  if (name.find(':') != std::string_view::npos) {
    if (!is_dtmi(name)) {
      problems_.add(place, "the schema " + quoted(name) + " is not a well-formed id", mend);
      return {};
    }
    Reference reference{std::string(name), place.pointer()};
    if (!language.open) model_.schema_references.push_back(reference);
    return {.reference = std::move(reference)};
  }
  // Words of another vocabulary cannot be told from typing errors, so they must at least be words.
  if (language.open && is_term(name)) return {};
  problems_.add(place, "there is no schema " + quoted(name), mend);
  return {};
}

SchemaUse Reader::read_schema_value(const json::value& value, const Place& place,
                                    Language language) {
  if (value.is_string()) return read_named_schema(view(value.get_string()), place, language);
  if (is_bare_reference(value)) {
    const json::value& id = value.get_object().at("@id");
    if (id.is_string()) return read_named_schema(view(id.get_string()), place, language);
  }
  if (value.is_object()) return read_complex_schema(value, place, language);
  problems_.add(
      place, "a schema is a text or an object",
      "Write one like \"double\", or an object with the type Array, Enum, Map or Object.");
  return {};
}

SchemaUse Reader::read_schema(const Element& element, std::string_view member) {
  const json::value* schema = member_of(element.object, member);
  if (schema == nullptr) return {};  // check_members has said so
  return read_schema_value(*schema, Place(element.place, member), element.language);
}

SchemaUse Reader::read_complex_schema(const json::value& value, const Place& place,
                                      Language language) {
  const std::optional<Element> element =
      open(value, place, language, {Kind::kArray, Kind::kEnum, Kind::kMap, Kind::kObject});
  if (!element) return {};
  SchemaNode node{.where = place.pointer(), .is_array = element->kind == Kind::kArray};
  if (element->kind == Kind::kArray) node.uses.push_back(read_schema(*element, "elementSchema"));
  if (element->kind == Kind::kEnum) read_enum(*element);
  if (element->kind == Kind::kMap) read_map(*element, node.uses);
  if (element->kind == Kind::kObject) read_fields(*element, node.uses);
  const std::size_t index = model_.schemas.size();
  const json::value* id = element->object.if_contains("@id");
  if (id != nullptr && id->is_string()) {
    model_.schema_ids.emplace(view(id->get_string()), index);
  }
  model_.schemas.push_back(std::move(node));
  return {.node = index};
}

// v2 "Interface schemas": each needs an id, or nothing could name it.
void Reader::read_schemas(const Element& owner) {
  const json::value* schemas = owner.object.if_contains("schemas");
  if (schemas == nullptr) return;
  each_of(*schemas, Place(owner.place, "schemas"),
          [&](const json::value& value, const Place& here) {
            read_complex_schema(value, here, owner.language);
            if (value.is_object() && !value.get_object().contains("@id")) {
              problems_.add(here, "the member '@id' is missing",
                            "Give the schema an id, so that it can be used.");
            }
          });
}

void Reader::read_enum_values(const Element& element, const json::value& values, bool integers) {
  std::set<std::string> names;
  std::set<std::string> texts;
  std::set<std::int64_t> numbers;
  each_of(values, Place(element.place, "enumValues"), [&](const json::value& v, const Place& here) {
    const std::optional<Element> each = open(v, here, element.language, {Kind::kEnumValue});
    if (!each) return;
    const std::string name = read_name(*each);
    if (!name.empty() && !names.insert(name).second) {
      problems_.add(Place(here, "name"), "another value of the Enum has that name",
                    "Rename one of them.");
    }
    const json::value* value = member_of(each->object, "enumValue");
    if (value == nullptr) return;
    const Place place(here, "enumValue");
    const bool fits = integers ? value->is_int64() : value->is_string();
    if (!fits) {
      problems_.add(place, integers ? "the value is no integer" : "the value is no text",
                    "It must be what valueSchema says.");
      return;
    }
    const bool fresh = integers ? numbers.insert(value->get_int64()).second
                                : texts.emplace(view(value->get_string())).second;
    if (!fresh) problems_.add(place, "the Enum has that value already", "Change one of them.");
  });
}

void Reader::read_enum(const Element& element) {
  const json::value* kind = member_of(element.object, "valueSchema");
  if (kind == nullptr) return;
  const std::string_view name =
      kind->is_string() ? short_form(view(kind->get_string()), kPrimitivePrefix) : "";
  if (name != "integer" && name != "string") {
    problems_.add(Place(element.place, "valueSchema"),
                  "the values of an Enum are integers or texts", "Use integer or string.");
    return;
  }
  const json::value* values = element.object.if_contains("enumValues");
  if (values == nullptr) return;
  const std::size_t count = values->is_array() ? values->get_array().size() : 1;
  if (element.language.version < 3 && (count == 0 || count > kEnumValuesMaxTwo)) {
    problems_.add(Place(element.place, "enumValues"),
                  "an Enum has 1 to " + std::to_string(kEnumValuesMaxTwo) + " values",
                  "Change how many there are.");
  }
  read_enum_values(element, *values, name == "integer");
}

void Reader::read_map(const Element& element, std::vector<SchemaUse>& uses) {
  if (const json::value* key = member_of(element.object, "mapKey")) {
    const Place place(element.place, "mapKey");
    if (const auto opened = open(*key, place, element.language, {Kind::kMapKey})) {
      read_name(*opened);
      const json::value* schema = member_of(opened->object, "schema");
      const bool is_text =
          schema != nullptr && schema->is_string() &&
          short_form(view(schema->get_string()), kPrimitivePrefix) == std::string_view("string");
      if (schema != nullptr && !is_text) {
        problems_.add(Place(place, "schema"), "the keys of a Map are texts", "Use string.");
      }
    }
  }
  if (const json::value* value = member_of(element.object, "mapValue")) {
    const Place place(element.place, "mapValue");
    if (const auto opened = open(*value, place, element.language, {Kind::kMapValue})) {
      read_name(*opened);
      uses.push_back(read_schema(*opened, "schema"));
    }
  }
}

void Reader::read_fields(const Element& element, std::vector<SchemaUse>& uses) {
  const json::value* fields = element.object.if_contains("fields");
  if (fields == nullptr) return;
  const Place place(element.place, "fields");
  const std::size_t count = fields->is_array() ? fields->get_array().size() : 1;
  if (element.language.version < 3 && (count == 0 || count > kFieldsMaxTwo)) {
    problems_.add(place, "an Object has 1 to " + std::to_string(kFieldsMaxTwo) + " fields",
                  "Change how many there are.");
  }
  std::set<std::string> names;
  each_of(*fields, place, [&](const json::value& value, const Place& here) {
    const std::optional<Element> field = open(value, here, element.language, {Kind::kField});
    if (!field) return;
    const std::string name = read_name(*field);
    if (!name.empty() && !names.insert(name).second) {
      problems_.add(Place(here, "name"), "another field of the Object has that name",
                    "Rename one of them.");
    }
    uses.push_back(read_schema(*field, "schema"));
  });
}

}  // namespace berth::domain::dtdl
