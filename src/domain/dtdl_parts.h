// What the checks of a device model share: where in the document they are, the list of problems,
// and the interfaces and schemas found, whose relations are judged when all have been read.
//
// Room domain, for dtdl*.cc only. Thread rule: plain values. A Place lives on the stack of whoever
// is looking at a value and points at the place around it.
#pragma once

#include "domain/dtdl.h"

#include <boost/json/value.hpp>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::domain::dtdl {

namespace json = boost::json;

class Place {
 public:
  Place() = default;
  Place(const Place& around, std::string_view member) : around_(&around), member_(member) {}
  Place(const Place& around, std::size_t index)
      : around_(&around), index_(index), in_array_(true) {}

  std::string pointer() const;

 private:
  const Place* around_ = nullptr;
  std::string_view member_;
  std::size_t index_ = 0;
  bool in_array_ = false;
};

class Problems {
 public:
  explicit Problems(DtdlReport& report) : report_(report) {}
  void add(std::string where, std::string what, std::string mend);
  void add(const Place& place, std::string what, std::string mend) {
    add(place.pointer(), std::move(what), std::move(mend));
  }

 private:
  DtdlReport& report_;
};

// 'text', printable and cut.
std::string quoted(std::string_view text);

// What the contexts in force let a document say.
struct Language {
  int version = 0;
  bool quantities = false;  // semantic types and units are defined
  bool open = false;        // another vocabulary is in use: its words are not known here
};

// An element of the language that may stand in a document.
enum class Kind {
  kInterface,
  kTelemetry,
  kProperty,
  kCommand,
  kComponent,
  kRelationship,
  kRequest,
  kResponse,
  kArray,
  kEnum,
  kEnumValue,
  kMap,
  kMapKey,
  kMapValue,
  kObject,
  kField,
};

// By an id, with the place that names it.
struct Reference {
  std::string id;
  std::string where;
};

// What a schema is: nothing more to look at, a complex one (index into Model::schemas), or one that
// is named.
struct SchemaUse {
  std::optional<std::size_t> node = {};
  std::optional<Reference> reference = {};
  bool has_array = false;  // geospatial ones do
};

struct SchemaNode {
  std::string where;
  bool is_array = false;
  std::vector<SchemaUse> uses = {};
};

// A property of version 2 that may not hold arrays.
struct ArrayFree {
  SchemaUse schema;
  std::string where;
};

struct Content {
  std::string name;
  Kind kind = Kind::kTelemetry;
  std::string where;
  std::string interface_id = {};       // of components
  std::optional<json::value> initial;  // of writable properties
};

struct InterfaceNode {
  std::string id;
  std::string where;
  std::string display_name = {};
  int version = 0;
  std::vector<Content> contents = {};
  std::vector<Reference> extends = {};
};

struct Model {
  std::vector<InterfaceNode> interfaces;
  std::vector<SchemaNode> schemas;
  std::vector<ArrayFree> array_free;
  std::vector<Reference> schema_references;  // that the document itself must define
  std::map<std::string, std::size_t, std::less<>> interface_ids;
  std::map<std::string, std::size_t, std::less<>> schema_ids;
  std::set<std::string, std::less<>> ids;  // all that are defined
};

// dtdl_graph.cc: judges how interfaces and schemas use each other, and fills in what only the whole
// document tells: the main interface, what is missing, what properties start with.
void check_relations(const Model& model, std::string_view main, DtdlReport& report);

}  // namespace berth::domain::dtdl
