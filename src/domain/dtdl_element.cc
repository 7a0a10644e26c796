// What all elements of a model have: types, identifier, members, name and texts.
#include "domain/dtdl_reader.h"
#include "domain/model_id.h"

#include <algorithm>
#include <iterator>

namespace berth::domain::dtdl {
namespace {

constexpr std::size_t kTextMax = 512;       // comment, description
constexpr std::size_t kNameMaxTwo = 64;     // name and displayName in version 2
constexpr std::size_t kNameMaxThree = 512;  // and from version 3

struct Rules {
  Kind kind;
  std::string_view term;
  std::string_view members;   // beside the common ones
  std::string_view required;  // in both versions
};

// v2 and v3, the chart of each section.
constexpr Rules kRules[] = {
    {Kind::kInterface, "Interface", "contents extends schemas", "@id"},
    {Kind::kTelemetry, "Telemetry", "name schema", "name schema"},
    {Kind::kProperty, "Property", "name schema writable", "name schema"},
    {Kind::kCommand, "Command", "name request response commandType", "name"},
    {Kind::kComponent, "Component", "name schema", "name schema"},
    {Kind::kRelationship, "Relationship",
     "name maxMultiplicity minMultiplicity properties target writable", "name"},
    {Kind::kRequest, "CommandRequest", "name schema", "name schema"},
    {Kind::kResponse, "CommandResponse", "name schema", "name schema"},
    {Kind::kArray, "Array", "elementSchema", "elementSchema"},
    {Kind::kEnum, "Enum", "enumValues valueSchema", "valueSchema"},
    {Kind::kEnumValue, "EnumValue", "name enumValue", "name enumValue"},
    {Kind::kMap, "Map", "mapKey mapValue", "mapKey mapValue"},
    {Kind::kMapKey, "MapKey", "name schema", "name schema"},
    {Kind::kMapValue, "MapValue", "name schema", "name schema"},
    {Kind::kObject, "Object", "fields", ""},
    {Kind::kField, "Field", "name schema", "name schema"},
};
constexpr std::string_view kCommonMembers = "@id @type @context comment description displayName";

const Rules& rules_of(Kind kind) {
  return *std::find_if(std::begin(kRules), std::end(kRules),
                       [&](const Rules& rules) { return rules.kind == kind; });
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t blank = words.find(' ');
    if (words.substr(0, blank) == word) return true;
    words = blank == std::string_view::npos ? std::string_view() : words.substr(blank + 1);
  }
  return false;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The type may be left out where the place says what stands there.
bool type_is_optional(Kind kind) {
  return kind == Kind::kRequest || kind == Kind::kResponse || kind == Kind::kEnumValue ||
         kind == Kind::kMapKey || kind == Kind::kMapValue || kind == Kind::kField;
}

// v2 "Semantic Type"; the extension QuantitativeTypes says more of them may have one.
bool may_have_quantity(Kind kind, int version) {
  if (kind == Kind::kTelemetry || kind == Kind::kProperty) return true;
  return version >= 3 && (kind == Kind::kRequest || kind == Kind::kResponse ||
                          kind == Kind::kField || kind == Kind::kMapValue);
}

std::string names_of(std::initializer_list<Kind> kinds, int version) {
  std::string text;
  for (const Kind kind : kinds) {
    if (!text.empty()) text += ", ";
    text += term_of(kind, version);
  }
  return text;
}

// BCP 47, its shape only: parts of 1..8 letters and digits, the first of letters.
bool is_language_tag(std::string_view tag) {
  bool first = true;
  while (true) {
    const std::size_t dash = tag.find('-');
    const std::string_view part = tag.substr(0, dash);
    const bool fits = !part.empty() && part.size() <= 8 &&
                      std::all_of(part.begin(), part.end(),
                                  [&](char c) { return is_letter(c) || (!first && is_digit(c)); });
    if (!fits) return false;
    if (dash == std::string_view::npos) return true;
    tag.remove_prefix(dash + 1);
    first = false;
  }
}

bool is_name(std::string_view name) { return !name.empty() && is_term(name) && name.back() != '_'; }

}  // namespace

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }

const json::value* member_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value != nullptr && value->is_array() && value->get_array().size() == 1) {
    value = &value->get_array().front();
  }
  if (value == nullptr || !value->is_object()) return value;
  const json::value* literal = value->get_object().if_contains("@value");
  return literal == nullptr ? value : literal;
}

std::string_view short_form(std::string_view text, std::string_view long_prefix) {
  if (!text.starts_with(long_prefix)) return text;
  text.remove_prefix(long_prefix.size());
  return text.substr(0, text.find(';'));
}

bool is_term(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_letter(c) || is_digit(c) || c == '_'; });
}

bool is_dtmi(std::string_view text) {
  return check_dtmi(text, {.system_segments = true}).has_value();
}

std::string_view term_of(Kind kind, int version) {
  const bool payload = kind == Kind::kRequest || kind == Kind::kResponse;
  if (payload && version < 3) return "CommandPayload";
  return rules_of(kind).term;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// v2 "Undefined co-types and properties": other types may stand beside the one that counts, and
// bring members along. Version 3 has that only where another context is in force.
bool Reader::read_type(const json::value& type, const Place& place, Element& element, Kinds kinds) {
  if (!type.is_string()) {
    problems_.add(place, "a type is no text", "Write it like \"Telemetry\".");
    return false;
  }
  const std::string_view text = short_form(view(type.get_string()), "dtmi:dtdl:class:");
  const auto* const named = std::find_if(std::begin(kRules), std::end(kRules), [&](const Rules& r) {
    return term_of(r.kind, element.language.version) == text;
  });
  if (named != std::end(kRules)) {
    const auto* const fits = std::find_if(kinds.begin(), kinds.end(), [&](Kind kind) {
      return term_of(kind, element.language.version) == text;
    });
    if (fits == kinds.end()) {
      problems_.add(place, "a " + std::string(text) + " cannot stand here",
                    "What can: " + names_of(kinds, element.language.version) + ".");
      return false;
    }
    element.kind = *fits;
    return true;
  }
  if (const auto* kind =
          element.language.quantities
              ? unit_kind_of(short_form(text, "dtmi:standard:class:"), element.language.version)
              : nullptr) {
    element.quantity = kind;
    return false;
  }
  const bool two = element.language.version < 3;
  const bool iri = two && text.find("://") != std::string_view::npos;
  if (!is_term(text) && !is_dtmi(text) && !iri) {
    problems_.add(place, "the type " + quoted(text) + " is neither a word nor a model id",
                  "Use letters, digits and underscores.");
  } else if (!two && !element.language.open) {
    problems_.add(place, "the type " + quoted(text) + " is not defined",
                  "Mend its spelling, or name the context that defines it in @context.");
  }
  element.undefined_types = true;
  if (text == "Cloud") element.cloud_only = true;
  return false;
}

// Whether one of the types says which kind of element it is.
bool Reader::read_types(const json::object& object, Element& element, Kinds kinds) {
  const Place place(element.place, "@type");
  const json::value* types = object.if_contains("@type");
  if (types == nullptr) {
    if (type_is_optional(*kinds.begin())) {
      element.kind = *kinds.begin();
      return true;
    }
    problems_.add(element.place, "it has no @type",
                  "Say what it is: " + names_of(kinds, element.language.version) + ".");
    return false;
  }
  std::size_t found = 0;
  Kind first = *kinds.begin();
  each_of(*types, place, [&](const json::value& type, const Place& here) {
    if (!read_type(type, here, element, kinds)) return;
    if (++found == 1) first = element.kind;
    if (found > 1 && first != element.kind) {
      problems_.add(here, "it is two kinds of thing at once", "Keep one of both types.");
    }
  });
  element.kind = first;
  if (found == 0) {
    problems_.add(place, "none of its types says what it is",
                  "Add one of: " + names_of(kinds, element.language.version) + ".");
  }
  return found > 0;
}

std::optional<Element> Reader::open(const json::value& value, const Place& place, Language language,
                                    Kinds kinds) {
  if (!value.is_object()) {
    problems_.add(place, "this is no JSON object",
                  "Write an object with the type " + names_of(kinds, language.version) + ".");
    return std::nullopt;
  }
  // Interfaces have read theirs already.
  if (*kinds.begin() != Kind::kInterface && value.get_object().contains("@context")) {
    language = read_context(value.get_object(), place, language);
  }
  Element element{.object = value.get_object(), .place = place, .language = language};
  if (!read_types(element.object, element, kinds)) return std::nullopt;
  if (element.quantity != nullptr && !may_have_quantity(element.kind, language.version)) {
    problems_.add(place, "only something with a value can have a semantic type",
                  "Remove the semantic type.");
    element.quantity = nullptr;
  }
  check_members(element);
  check_id(element);
  check_unit(element);
  check_comment(element);
  check_localized(element, "description", kTextMax);
  check_localized(element, "displayName", language.version >= 3 ? kNameMaxThree : kNameMaxTwo);
  return element;
}

void Reader::check_members(const Element& element) {
  const Rules& rules = rules_of(element.kind);
  const bool two = element.language.version < 3;
  for (const auto& member : element.object) {
    const std::string_view name(member.key().data(), member.key().size());
    const bool known = has_word(kCommonMembers, name) || has_word(rules.members, name) ||
                       (name == "unit" && element.quantity != nullptr);
    if (known || (element.undefined_types && !name.starts_with('@'))) continue;
    const std::string mend = name == "unit" ? "Add a semantic type such as Temperature to @type, "
                                              "or remove the unit."
                                            : "Remove it, or mend its spelling.";
    problems_.add(Place(element.place, name),
                  "a " + std::string(term_of(element.kind, element.language.version)) +
                      " has no member " + quoted(name),
                  mend);
  }
  std::string_view required = rules.required;
  if (two && element.kind == Kind::kEnum) required = "enumValues valueSchema";
  if (two && element.kind == Kind::kObject) required = "fields";
  while (!required.empty()) {
    const std::size_t blank = required.find(' ');
    const std::string_view name = required.substr(0, blank);
    required = blank == std::string_view::npos ? std::string_view() : required.substr(blank + 1);
    if (element.object.contains(name)) continue;
    problems_.add(element.place, "the member '" + std::string(name) + "' is missing",
                  "Add it; a " + std::string(term_of(element.kind, element.language.version)) +
                      " must have one.");
  }
}

// v2 "Semantic Type".
void Reader::check_unit(const Element& element) {
  if (element.quantity == nullptr) return;
  const Place place(element.place, "unit");
  const json::value* unit = member_of(element.object, "unit");
  const std::string mend =
      "Use one of its units, such as " + std::string(some_unit(*element.quantity)) + ".";
  if (unit == nullptr) {
    problems_.add(element.place, "it has a semantic type and no 'unit'", mend);
  } else if (!unit->is_string() ||
             !has_unit(*element.quantity, view(unit->get_string()), element.language.version)) {
    problems_.add(place, "the unit does not belong to the semantic type", mend);
  }
  const json::value* schema = member_of(element.object, "schema");
  const std::string_view name =
      schema != nullptr && schema->is_string()
          ? short_form(view(schema->get_string()), "dtmi:dtdl:instance:Schema:")
          : std::string_view();
  if (schema != nullptr && !has_word("double float integer long", name)) {
    problems_.add(Place(element.place, "schema"), "a value with a semantic type must be a number",
                  "Use double, float, integer or long.");
  }
}

// v2 and v3 "Digital Twin Model Identifier".
void Reader::check_id(const Element& element) {
  const json::value* id = element.object.if_contains("@id");
  if (id == nullptr) return;
  const Place place(element.place, "@id");
  if (!id->is_string()) {
    problems_.add(place, "an @id must be a text", "Write it like dtmi:com:example:Thermostat;1.");
    return;
  }
  const std::string_view text = view(id->get_string());
  const DtmiRules rules{
      .versions = element.language.version >= 3 ? DtmiVersions::kOptional : DtmiVersions::kRequired,
      .size_max = element.kind == Kind::kInterface ? kInterfaceIdSizeMax : kElementIdSizeMax};
  if (const Result<void> checked = check_dtmi(text, rules); !checked) {
    problems_.add(place, checked.error().what, checked.error().mend);
    return;
  }
  if (text.starts_with("dtmi:dtdl:") || text.starts_with("dtmi:standard:")) {
    problems_.add(place, "ids that begin like this belong to the language",
                  "Begin with names of your own, such as dtmi:com:example:.");
  }
  if (!model_.ids.emplace(text).second) {
    problems_.add(place, "the id " + quoted(text) + " is defined twice",
                  "Define it once, and name it elsewhere by its id.");
  }
}

std::string Reader::read_name(const Element& element) {
  const json::value* name = member_of(element.object, "name");
  if (name == nullptr) return {};
  const Place place(element.place, "name");
  const std::size_t size_max = element.language.version >= 3 ? kNameMaxThree : kNameMaxTwo;
  if (!name->is_string() || !is_name(view(name->get_string()))) {
    problems_.add(place, "this cannot be a name",
                  "Use letters, digits and underscores; begin with a letter, and end with a letter "
                  "or digit.");
    return {};
  }
  if (name->get_string().size() > size_max) {
    problems_.add(place, "the name has more than " + std::to_string(size_max) + " characters",
                  "Shorten it.");
  }
  return std::string(view(name->get_string()));
}

void Reader::check_comment(const Element& element) {
  const json::value* comment = member_of(element.object, "comment");
  if (comment == nullptr) return;
  if (!comment->is_string()) {
    problems_.add(Place(element.place, "comment"), "a comment must be a text",
                  "Write it in quotes.");
  } else if (characters(view(comment->get_string())) > kTextMax) {
    problems_.add(Place(element.place, "comment"),
                  "the comment has more than " + std::to_string(kTextMax) + " characters",
                  "Shorten it.");
  }
}

void Reader::check_language_map(const json::object& texts, const Place& place,
                                std::size_t size_max) {
  for (const auto& member : texts) {
    const std::string_view tag(member.key().data(), member.key().size());
    const Place here(place, tag);
    if (!is_language_tag(tag)) {
      problems_.add(here, quoted(tag) + " is no language", "Use a tag such as en or pt-BR.");
    }
    if (!member.value().is_string()) {
      problems_.add(here, "this must be a text", "Write it in quotes.");
    } else if (characters(view(member.value().get_string())) > size_max) {
      problems_.add(here, "the text has more than " + std::to_string(size_max) + " characters",
                    "Shorten it.");
    }
  }
}

// v2 "Display string localization".
std::string Reader::check_localized(const Element& element, std::string_view member,
                                    std::size_t size_max) {
  const json::value* value = member_of(element.object, member);
  if (value == nullptr) return {};
  const Place place(element.place, member);
  if (value->is_object()) {
    const json::object& texts = value->get_object();
    check_language_map(texts, place, size_max);
    const json::value* english = texts.if_contains("en");
    if (english == nullptr && !texts.empty()) english = &texts.begin()->value();
    return english != nullptr && english->is_string() ? std::string(view(english->get_string()))
                                                      : std::string();
  }
  if (!value->is_string()) {
    problems_.add(place, "this must be a text, or an object with a text for each language",
                  "Write a text, or something like {\"en\": \"Thermostat\"}.");
    return {};
  }
  if (characters(view(value->get_string())) > size_max) {
    problems_.add(place, "the text has more than " + std::to_string(size_max) + " characters",
                  "Shorten it.");
  }
  return std::string(view(value->get_string()));
}

bool Reader::read_flag(const Element& element, std::string_view member) {
  const json::value* flag = member_of(element.object, member);
  if (flag == nullptr) return false;
  if (flag->is_bool()) return flag->get_bool();
  problems_.add(Place(element.place, member), "this must be true or false",
                "Write true or false, without quotes.");
  return false;
}

}  // namespace berth::domain::dtdl
