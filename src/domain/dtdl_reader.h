// Reads the elements of a device model out of JSON: what each must have and may have, its names,
// texts and schemas. It fills in a Model; how its parts use each other is judged afterwards.
//
// Room domain, for dtdl*.cc only. Recursion is as deep as the JSON, which whoever parsed it has
// bounded. Thread rule: one thread; lives as long as the document and the report it writes to.
#pragma once

#include "domain/dtdl_parts.h"
#include "domain/dtdl_units.h"

#include <boost/json/object.hpp>

#include <cstdint>
#include <initializer_list>

namespace berth::domain::dtdl {

// An object of the document whose types are known.
struct Element {
  const json::object& object;
  const Place& place;
  Language language;
  Kind kind = Kind::kInterface;
  const UnitKind* quantity = nullptr;  // of its semantic type
  bool undefined_types = false;        // it has types that the language does not define
  bool cloud_only = false;             // one of them says that devices never see it
};

class Reader {
 public:
  Reader(Model& model, Problems& problems) : model_(model), problems_(problems) {}

  void read_document(const json::value& document);

 private:
  using Kinds = std::initializer_list<Kind>;

  // dtdl_reader.cc
  void read_root(const json::value& value, const Place& place, Language around);
  Language read_context(const json::object& object, const Place& place, Language around);
  void read_context_word(std::string_view word, const Place& place, Language& language);
  // The id of the interface that stands here or is named here; empty if there is none.
  std::string read_interface(const json::value& value, const Place& place, Language around);
  void read_extends(const Element& element, InterfaceNode& node);
  void read_contents(const Element& element, InterfaceNode& node);
  void read_content(const json::value& value, const Place& place, const Element& owner,
                    InterfaceNode& node);
  void read_component(const Element& element, Content& content);
  void read_property(const Element& element, Content* content);
  void read_initial(const Element& element, Content& content);
  void read_command(const Element& element);
  void read_relationship(const Element& element);
  void read_multiplicity(const Element& element, std::string_view member, std::int64_t min,
                         std::int64_t max);

  // dtdl_element.cc
  std::optional<Element> open(const json::value& value, const Place& place, Language language,
                              Kinds kinds);
  bool read_types(const json::object& object, Element& element, Kinds kinds);
  bool read_type(const json::value& type, const Place& place, Element& element, Kinds kinds);
  void check_members(const Element& element);
  void check_unit(const Element& element);
  void check_id(const Element& element);
  std::string read_name(const Element& element);
  void check_comment(const Element& element);
  // Returns the English text, else the first.
  std::string check_localized(const Element& element, std::string_view member,
                              std::size_t size_max);
  void check_language_map(const json::object& texts, const Place& place, std::size_t size_max);
  bool read_flag(const Element& element, std::string_view member);

  // dtdl_schema.cc
  SchemaUse read_schema(const Element& element, std::string_view member);
  SchemaUse read_schema_value(const json::value& value, const Place& place, Language language);
  SchemaUse read_named_schema(std::string_view name, const Place& place, Language language);
  SchemaUse read_complex_schema(const json::value& value, const Place& place, Language language);
  void read_schemas(const Element& owner);
  void read_enum(const Element& element);
  void read_enum_values(const Element& element, const json::value& values, bool integers);
  void read_map(const Element& element, std::vector<SchemaUse>& uses);
  void read_fields(const Element& element, std::vector<SchemaUse>& uses);

  Model& model_;
  Problems& problems_;
};

// A member's value. JSON-LD lets one value stand in an array, or be written as {"@value": …}.
const json::value* member_of(const json::object& object, std::string_view name);
// The term of an element or value of the language that a text says in its long form
// ("dtmi:dtdl:class:Interface;2"); any other text as it is.
std::string_view short_form(std::string_view text, std::string_view long_prefix);
// Letters, digits and underscores, beginning with a letter.
bool is_term(std::string_view text);
// A well-formed DTMI with a version or without, of the language itself too.
bool is_dtmi(std::string_view text);
// In the words of the document.
std::string_view term_of(Kind kind, int version);
// Counts characters, not bytes.
std::size_t characters(std::string_view utf8);
std::string_view view(const json::string& text);
// Calls `visit(value, place)` for each element of an array, or once for any other value.
template <class Visit>
void each_of(const json::value& value, const Place& place, const Visit& visit) {
  if (!value.is_array()) return visit(value, place);
  std::size_t index = 0;
  for (const json::value& each : value.get_array()) {
    const Place here(place, index++);
    visit(each, here);
  }
}

}  // namespace berth::domain::dtdl
