// Interfaces of a model and their contents: v2 and v3 "Interface" to "Component", and "Context".
#include "domain/dtdl_reader.h"

#include "domain/model_id.h"

#include <limits>

namespace berth::domain::dtdl {
namespace {

constexpr std::size_t kContextSizeMax = 2048;
constexpr std::size_t kExtendsMaxTwo = 2;                   // v2 "Interface"
constexpr std::size_t kRelationshipPropertiesMaxTwo = 300;  // v2 "Relationship"
constexpr std::int64_t kMultiplicityMaxTwo = 500;           // likewise
constexpr std::string_view kLanguageContext = "dtmi:dtdl:context;";
constexpr std::string_view kQuantitiesContext = "dtmi:dtdl:extension:quantitativeTypes;";

// A primitive's values; true for what is not a primitive.
bool may_be(const json::value& value, std::string_view schema) {
  if (schema == "boolean") return value.is_bool();
  if (schema == "double" || schema == "float") return value.is_number();
  if (schema == "integer") {
    return value.is_int64() && value.get_int64() >= std::numeric_limits<std::int32_t>::min() &&
           value.get_int64() <= std::numeric_limits<std::int32_t>::max();
  }
  if (schema == "long") return value.is_int64();
  const bool text = schema == "string" || schema == "date" || schema == "dateTime" ||
                    schema == "duration" || schema == "time";
  return !text || value.is_string();
}

bool is_template(const json::value& value) {
  return value.is_object() && value.get_object().contains("capabilityModel");
}

}  // namespace

void Reader::read_document(const json::value& document) {
  const Place top;
  if (!document.is_object() && !document.is_array()) {
    problems_.add(top, "a model is a JSON object, or an array of them",
                  "Send an Interface with @context, @id and @type.");
    return;
  }
  if (document.is_array() && document.get_array().empty()) {
    problems_.add(top, "the array holds no interface", "Put the model's Interface into it.");
    return;
  }
  each_of(document, top, [&](const json::value& value, const Place& place) {
    read_root(value, place, Language{});
  });
}

// Some services hand out a model inside a template of theirs.
void Reader::read_root(const json::value& value, const Place& place, Language around) {
  if (!is_template(value)) {
    read_interface(value, place, around);
    return;
  }
  const json::object& outer = value.get_object();
  Language language = around;
  if (outer.contains("@context")) language = read_context(outer, place, around);
  read_interface(outer.at("capabilityModel"), Place(place, "capabilityModel"), language);
}

void Reader::read_context_word(std::string_view word, const Place& place, Language& language) {
  if (word.starts_with(kLanguageContext)) {
    const std::string_view version = word.substr(kLanguageContext.size());
    if (language.version != 0) {
      problems_.add(place, "the version of the language is given twice", "Keep one of them.");
    } else if (version == "2" || version == "3") {
      language.version = version == "2" ? 2 : 3;
    } else {
      problems_.add(place, "version " + quoted(version) + " of the language is not known here",
                    "Use dtmi:dtdl:context;2 or dtmi:dtdl:context;3.");
    }
    return;
  }
  if (!is_dtmi(word) || word.size() > kContextSizeMax || word.find(';') == std::string_view::npos) {
    problems_.add(place, "the context " + quoted(word) + " is not a well-formed id",
                  "Use dtmi:dtdl:context;2 or dtmi:dtdl:context;3, and extensions behind it.");
    return;
  }
  if (word.starts_with(kQuantitiesContext)) {
    language.quantities = true;
  } else {
    language.open = true;
  }
}

// "Context". Version 2 as vendors' tools write it names their own extension first, so the order
// does not count there.
Language Reader::read_context(const json::object& object, const Place& around_place,
                              Language around) {
  const Place place(around_place, "@context");
  const json::value* context = object.if_contains("@context");
  if (context == nullptr) {
    if (around.version == 0) {
      problems_.add(around_place, "it has no @context",
                    "Add \"@context\": \"dtmi:dtdl:context;2\" (or ;3).");
    }
    return around;
  }
  Language language;
  const bool nested = around.version != 0;
  bool late = false;
  std::size_t seen = 0;
  each_of(*context, place, [&](const json::value& word, const Place& here) {
    if (!word.is_string()) {
      problems_.add(here, "a context is no text", "Write it like \"dtmi:dtdl:context;2\".");
      return;
    }
    const int before = language.version;
    read_context_word(view(word.get_string()), here, language);
    if (seen++ > 0 && before == 0 && language.version >= 3) late = true;
  });
  if (late) {
    problems_.add(place, "the language's own context is not the first one",
                  "Put dtmi:dtdl:context;3 first.");
  }
  if (nested && language.version == 0) {
    language.version = around.version;
    language.quantities = language.quantities || around.quantities;
    language.open = language.open || around.open;
  } else if (language.version == 0) {
    problems_.add(place, "it does not name a version of the language that is known here",
                  "Add dtmi:dtdl:context;2 or dtmi:dtdl:context;3.");
  }
  language.quantities = language.quantities || language.version == 2;
  return language;
}

std::string Reader::read_interface(const json::value& value, const Place& place, Language around) {
  if (value.is_object() && !value.get_object().contains("@type") && place.pointer().empty() &&
      !value.get_object().contains("@context")) {
    problems_.add(place, "this is no model: it has neither @context nor @type",
                  "Send an Interface with @context, @id and @type.");
    return {};
  }
  const Language language =
      value.is_object() ? read_context(value.get_object(), place, around) : around;
  if (value.is_object() && language.version == 0) return {};  // read_context has said so
  const std::optional<Element> element = open(value, place, language, {Kind::kInterface});
  if (!element) return {};
  if (model_.interfaces.size() >= kDtdlInterfacesMax) {
    problems_.add(place,
                  "there are more than " + std::to_string(kDtdlInterfacesMax) + " interfaces",
                  "Divide the model.");
    return {};
  }
  InterfaceNode node{.where = place.pointer(), .version = language.version};
  const json::value* id = element->object.if_contains("@id");
  if (id != nullptr && id->is_string()) node.id = view(id->get_string());
  const json::value* texts = member_of(element->object, "displayName");
  if (texts != nullptr) {
    const json::value* english = texts->is_object() ? texts->get_object().if_contains("en") : texts;
    if (english == nullptr && !texts->get_object().empty()) {
      english = &texts->get_object().begin()->value();
    }
    if (english != nullptr && english->is_string()) {
      node.display_name = view(english->get_string());
    }
  }
  // Its place among the interfaces is before those that stand inside it.
  const std::size_t index = model_.interfaces.size();
  model_.interfaces.emplace_back();
  read_schemas(*element);
  read_extends(*element, node);
  read_contents(*element, node);
  std::string name = node.id;
  if (!name.empty()) model_.interface_ids.emplace(name, index);
  model_.interfaces[index] = std::move(node);
  return name;
}

void Reader::read_extends(const Element& element, InterfaceNode& node) {
  const json::value* extends = element.object.if_contains("extends");
  if (extends == nullptr) return;
  const Place place(element.place, "extends");
  const std::size_t count = extends->is_array() ? extends->get_array().size() : 1;
  if (element.language.version < 3 && count > kExtendsMaxTwo) {
    problems_.add(place,
                  "an Interface extends at most " + std::to_string(kExtendsMaxTwo) +
                      " others in version 2 of the language",
                  "Extend fewer, or use dtmi:dtdl:context;3.");
  }
  std::set<std::string> seen;
  each_of(*extends, place, [&](const json::value& value, const Place& here) {
    Reference reference{.id = {}, .where = here.pointer()};
    const json::value* id = value.is_object() && value.get_object().size() == 1
                                ? value.get_object().if_contains("@id")
                                : &value;
    if (id != nullptr && id->is_string()) {
      reference.id = view(id->get_string());
      const Result<void> checked = check_dtmi(reference.id, {});
      if (!checked) return problems_.add(here, checked.error().what, checked.error().mend);
    } else {
      reference.id = read_interface(value, here, element.language);
    }
    if (reference.id.empty()) return;
    if (!seen.insert(reference.id).second) {
      return problems_.add(here, "the interface is extended twice", "Remove one of them.");
    }
    node.extends.push_back(std::move(reference));
  });
}

void Reader::read_contents(const Element& element, InterfaceNode& node) {
  const json::value* contents = element.object.if_contains("contents");
  if (contents == nullptr) return;
  each_of(*contents, Place(element.place, "contents"),
          [&](const json::value& value, const Place& here) {
            read_content(value, here, element, node);
          });
}

void Reader::read_content(const json::value& value, const Place& place, const Element& owner,
                          InterfaceNode& node) {
  const std::optional<Element> element = open(
      value, place, owner.language,
      {Kind::kTelemetry, Kind::kProperty, Kind::kCommand, Kind::kComponent, Kind::kRelationship});
  if (!element) return;
  Content content{.name = read_name(*element), .kind = element->kind, .where = place.pointer()};
  if (element->kind == Kind::kTelemetry) read_schema(*element, "schema");
  if (element->kind == Kind::kProperty) read_property(*element, &content);
  if (element->kind == Kind::kCommand) read_command(*element);
  if (element->kind == Kind::kComponent) read_component(*element, content);
  if (element->kind == Kind::kRelationship) read_relationship(*element);
  node.contents.push_back(std::move(content));
}

void Reader::read_component(const Element& element, Content& content) {
  const json::value* schema = member_of(element.object, "schema");
  if (schema == nullptr) return;
  const Place place(element.place, "schema");
  const json::value* id = schema->is_object() && schema->get_object().size() == 1
                              ? schema->get_object().if_contains("@id")
                              : schema;
  if (id == nullptr || !id->is_string()) {
    content.interface_id = read_interface(*schema, place, element.language);
    return;
  }
  const Result<void> checked = check_dtmi(view(id->get_string()), {});
  if (checked) {
    content.interface_id = view(id->get_string());
  } else {
    problems_.add(place, checked.error().what, checked.error().mend);
  }
}

// `content` is nothing for the property of a relationship.
void Reader::read_property(const Element& element, Content* content) {
  const SchemaUse schema = read_schema(element, "schema");
  const bool writable = read_flag(element, "writable");
  if (element.language.version < 3) {
    model_.array_free.push_back({schema, Place(element.place, "schema").pointer()});
  }
  if (content != nullptr && writable && !element.cloud_only) read_initial(element, *content);
}

// What the property of a new device starts with: a member that vendors' tools add to the language.
void Reader::read_initial(const Element& element, Content& content) {
  const json::value* initial = element.object.if_contains("initialValue");
  if (initial == nullptr) return;
  const json::value* schema = member_of(element.object, "schema");
  const std::string_view name =
      schema != nullptr && schema->is_string()
          ? short_form(view(schema->get_string()), "dtmi:dtdl:instance:Schema:")
          : std::string_view();
  if (!may_be(*initial, name)) {
    problems_.add(Place(element.place, "initialValue"), "this is no value of the property's schema",
                  "Write a value of the kind " + std::string(name) + ".");
    return;
  }
  content.initial = *initial;
}

void Reader::read_command(const Element& element) {
  for (const auto& [member, kind] : {std::pair(std::string_view("request"), Kind::kRequest),
                                     std::pair(std::string_view("response"), Kind::kResponse)}) {
    const json::value* payload = member_of(element.object, member);
    if (payload == nullptr) continue;
    const Place place(element.place, member);
    if (const auto opened = open(*payload, place, element.language, {kind})) {
      read_name(*opened);
      read_schema(*opened, "schema");
    }
  }
  const json::value* type = member_of(element.object, "commandType");
  if (type == nullptr) return;
  const std::string_view word =
      type->is_string() ? short_form(view(type->get_string()), "dtmi:dtdl:instance:CommandType:")
                        : std::string_view();
  if (word != "synchronous" && word != "asynchronous") {
    problems_.add(Place(element.place, "commandType"), "this is no kind of command",
                  "Remove it; it has no meaning any more.");
  }
}

void Reader::read_multiplicity(const Element& element, std::string_view member, std::int64_t min,
                               std::int64_t max) {
  const json::value* number = member_of(element.object, member);
  if (number == nullptr) return;
  if (number->is_int64() && number->get_int64() >= min && number->get_int64() <= max) return;
  const std::string range =
      min == max ? std::to_string(min) : std::to_string(min) + " to " + std::to_string(max);
  problems_.add(Place(element.place, member), "this must be " + range, "Change it.");
}

void Reader::read_relationship(const Element& element) {
  const bool two = element.language.version < 3;
  read_flag(element, "writable");
  read_multiplicity(element, "minMultiplicity", 0, 0);
  read_multiplicity(element, "maxMultiplicity", 1,
                    two ? kMultiplicityMaxTwo : std::numeric_limits<std::int32_t>::max());
  if (const json::value* target = member_of(element.object, "target")) {
    const Result<void> checked =
        target->is_string() ? check_dtmi(view(target->get_string()), {})
                            : Fail(ErrorKind::kInvalid, "a target is the id of an interface",
                                   "Write it like dtmi:com:example:Room;1.");
    if (!checked) {
      problems_.add(Place(element.place, "target"), checked.error().what, checked.error().mend);
    }
  }
  const json::value* properties = element.object.if_contains("properties");
  if (properties == nullptr) return;
  const Place place(element.place, "properties");
  const std::size_t count = properties->is_array() ? properties->get_array().size() : 1;
  if (two && count > kRelationshipPropertiesMaxTwo) {
    problems_.add(place,
                  "a Relationship has at most " + std::to_string(kRelationshipPropertiesMaxTwo) +
                      " properties",
                  "Remove some.");
  }
  std::set<std::string> names;
  each_of(*properties, place, [&](const json::value& value, const Place& here) {
    const std::optional<Element> property = open(value, here, element.language, {Kind::kProperty});
    if (!property) return;
    const std::string name = read_name(*property);
    if (!name.empty() && !names.insert(name).second) {
      problems_.add(Place(here, "name"), "another property of the Relationship has that name",
                    "Rename one of them.");
    }
    read_property(*property, nullptr);
  });
}

}  // namespace berth::domain::dtdl
