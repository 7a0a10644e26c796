// How the interfaces and schemas of a model use each other: names that meet by inheritance, cycles,
// depths, components within components. Everything is one pass over the parts in an order where
// what is used comes first, so the time grows with what is inherited, which is bounded.
#include "domain/dtdl_parts.h"
#include "domain/json_text.h"

#include <boost/json/object.hpp>

#include <algorithm>
#include <functional>

namespace berth::domain::dtdl {
namespace {

constexpr std::size_t kExtendsDepthMax = 10;  // v2 and v3 "Interface"
constexpr std::size_t kSchemaDepthMax = 5;    // v2 and v3 "Complex schema"
constexpr std::size_t kContentsMaxTwo = 300;  // v2 "Interface", inherited ones included
// Ours: names looked at in all interfaces together, each as often as it is inherited.
constexpr std::size_t kInheritedMax = 100'000;

// Parts by number, those that a part uses before the part; `left` are in cycles or use such.
struct Order {
  std::vector<std::size_t> parts;
  std::vector<std::size_t> left;
};

Order order_of(const std::vector<std::vector<std::size_t>>& uses) {
  std::vector<std::vector<std::size_t>> users(uses.size());
  std::vector<std::size_t> waiting(uses.size());
  for (std::size_t part = 0; part < uses.size(); ++part) {
    waiting[part] = uses[part].size();
    for (const std::size_t used : uses[part]) users[used].push_back(part);
  }
  Order order;
  for (std::size_t part = 0; part < uses.size(); ++part) {
    if (waiting[part] == 0) order.parts.push_back(part);
  }
  for (std::size_t next = 0; next < order.parts.size(); ++next) {
    for (const std::size_t user : users[order.parts[next]]) {
      if (--waiting[user] == 0) order.parts.push_back(user);
    }
  }
  for (std::size_t part = 0; part < uses.size(); ++part) {
    if (waiting[part] != 0) order.left.push_back(part);
  }
  return order;
}

class Relations {
 public:
  Relations(const Model& model, DtdlReport& report)
      : model_(model), report_(report), problems_(report) {}

  void check(std::string_view main) {
    order_interfaces();
    inherit();
    check_components();
    check_schemas();
    find_missing();
    find_main(main);
  }

 private:
  struct Inherited {
    // By name: the interface that defines it, and its number there.
    std::map<std::string_view, std::pair<std::size_t, std::size_t>> names;
    std::size_t depth = 0;  // levels above it
    bool has_component = false;
  };

  std::optional<std::size_t> find(std::string_view id) const {
    const auto found = model_.interface_ids.find(id);
    if (found == model_.interface_ids.end()) return std::nullopt;
    return found->second;
  }

  void order_interfaces() {
    std::vector<std::vector<std::size_t>> uses(model_.interfaces.size());
    for (std::size_t number = 0; number < uses.size(); ++number) {
      for (const Reference& base : model_.interfaces[number].extends) {
        if (const auto used = find(base.id)) uses[number].push_back(*used);
      }
    }
    order_ = order_of(uses);
    inherited_.resize(model_.interfaces.size());
    if (order_.left.empty()) return;
    const InterfaceNode& first = model_.interfaces[order_.left.front()];
    problems_.add(first.where + "/extends",
                  "the interface extends itself, or one that does, through " +
                      std::to_string(order_.left.size()) + " interfaces",
                  "Remove one of the steps.");
  }

  // Names are unique in an interface, those it inherits included; the same element that comes along
  // two ways is one.
  void inherit() {
    for (const std::size_t number : order_.parts) {
      const InterfaceNode& node = model_.interfaces[number];
      Inherited& mine = inherited_[number];
      for (const Reference& base : node.extends) {
        const auto used = find(base.id);
        if (used && !take(inherited_[*used], mine, base)) return;
      }
      if (mine.depth > kExtendsDepthMax) {
        problems_.add(node.where + "/extends",
                      "interfaces extend each other through more than " +
                          std::to_string(kExtendsDepthMax) + " levels",
                      "Make the chain shorter.");
      }
      add_own(number, mine);
      if (node.version < 3 && mine.names.size() > kContentsMaxTwo) {
        problems_.add(node.where + "/contents",
                      "an Interface has at most " + std::to_string(kContentsMaxTwo) +
                          " contents in version 2 of the language, inherited ones included",
                      "Divide it, or use dtmi:dtdl:context;3.");
      }
    }
  }

  // False when it was too much work.
  bool take(const Inherited& base, Inherited& mine, const Reference& reference) {
    mine.depth = std::max(mine.depth, base.depth + 1);
    mine.has_component = mine.has_component || base.has_component;
    work_ += base.names.size() + 1;
    if (work_ > kInheritedMax) {
      problems_.add(reference.where, "the interfaces inherit too much to be checked",
                    "Extend fewer interfaces, or divide the model.");
      return false;
    }
    for (const auto& [name, origin] : base.names) {
      const auto [known, fresh] = mine.names.emplace(name, origin);
      if (fresh || known->second == origin) continue;
      problems_.add(reference.where, "two inherited contents have the name " + quoted(name),
                    "Rename one of them.");
    }
    return true;
  }

  void add_own(std::size_t number, Inherited& mine) {
    const InterfaceNode& node = model_.interfaces[number];
    for (std::size_t index = 0; index < node.contents.size(); ++index) {
      const Content& content = node.contents[index];
      count(content.kind);
      mine.has_component = mine.has_component || content.kind == Kind::kComponent;
      if (content.name.empty()) continue;
      const auto [known, fresh] = mine.names.emplace(content.name, std::pair(number, index));
      if (fresh) continue;
      const bool own = known->second.first == number;
      problems_.add(content.where + "/name",
                    (own ? "another of the interface's contents has the name "
                         : "an inherited one of the interface's contents has the name ") +
                        quoted(content.name),
                    "Rename one of them.");
    }
  }

  void count(Kind kind) {
    if (kind == Kind::kTelemetry) ++report_.counts.telemetry;
    if (kind == Kind::kProperty) ++report_.counts.properties;
    if (kind == Kind::kCommand) ++report_.counts.commands;
    if (kind == Kind::kComponent) ++report_.counts.components;
    if (kind == Kind::kRelationship) ++report_.counts.relationships;
  }

  // "Component": none within one, so that none can hold itself either.
  void check_components() {
    for (const InterfaceNode& node : model_.interfaces) {
      for (const Content& content : node.contents) {
        if (content.kind != Kind::kComponent) continue;
        const auto used = find(content.interface_id);
        if (!used || !inherited_[*used].has_component) continue;
        problems_.add(content.where + "/schema",
                      content.interface_id == node.id
                          ? "the interface is a component of itself"
                          : "the interface of a component has components of its own",
                      "Put them side by side into the interface that has them all.");
      }
    }
  }

  std::optional<std::size_t> node_of(const SchemaUse& use) {
    if (use.node || !use.reference) return use.node;
    const auto found = model_.schema_ids.find(use.reference->id);
    if (found != model_.schema_ids.end()) return found->second;
    return std::nullopt;
  }

  void check_schemas() {
    std::vector<std::vector<std::size_t>> uses(model_.schemas.size());
    for (std::size_t number = 0; number < uses.size(); ++number) {
      for (const SchemaUse& use : model_.schemas[number].uses) {
        if (const auto used = node_of(use)) uses[number].push_back(*used);
      }
    }
    for (const Reference& each : model_.schema_references) {
      if (model_.schema_ids.contains(each.id)) continue;
      problems_.add(each.where, "there is no schema " + quoted(each.id) + " in the model",
                    "Define it in the interface's 'schemas', or use one of the language's own.");
    }
    const Order order = order_of(uses);
    if (!order.left.empty()) {
      problems_.add(model_.schemas[order.left.front()].where,
                    "the schema holds itself, or one that does", "Remove one of the steps.");
    }
    std::vector<std::size_t> depth(uses.size(), 1);
    std::vector<bool> has_array(uses.size(), false);
    for (const std::size_t number : order.parts) {
      const SchemaNode& node = model_.schemas[number];
      has_array[number] = node.is_array;
      for (const SchemaUse& use : node.uses) {
        if (use.has_array) has_array[number] = true;
      }
      for (const std::size_t used : uses[number]) {
        depth[number] = std::max(depth[number], depth[used] + 1);
        if (has_array[used]) has_array[number] = true;
      }
      if (depth[number] != kSchemaDepthMax + 1) continue;
      problems_.add(node.where,
                    "schemas hold each other through more than " + std::to_string(kSchemaDepthMax) +
                        " levels",
                    "Make the nesting shallower.");
    }
    for (const ArrayFree& each : model_.array_free) {
      const auto node = node_of(each.schema);
      if (!each.schema.has_array && !(node && has_array[*node])) continue;
      problems_.add(each.where, "a property cannot hold arrays in version 2 of the language",
                    "Use a Map or an Object, or dtmi:dtdl:context;3.");
    }
  }

  void find_missing() {
    std::set<std::string_view> missing;
    for (const InterfaceNode& node : model_.interfaces) {
      for (const Reference& base : node.extends) {
        if (!find(base.id)) missing.insert(base.id);
      }
      for (const Content& content : node.contents) {
        if (!content.interface_id.empty() && !find(content.interface_id)) {
          missing.insert(content.interface_id);
        }
      }
    }
    for (const std::string_view id : missing) {
      if (report_.missing.size() == kDtdlMissingMax) break;
      report_.missing.emplace_back(id);
    }
  }

  std::size_t number_of_main(std::string_view wanted) const {
    if (const auto known = find(wanted)) return *known;
    std::vector<bool> used(model_.interfaces.size(), false);
    const auto use = [&](const std::string& id) {
      if (const auto number = find(id)) used[*number] = true;
    };
    for (const InterfaceNode& node : model_.interfaces) {
      for (const Reference& base : node.extends) use(base.id);
      for (const Content& content : node.contents) use(content.interface_id);
    }
    const auto main = std::find(used.begin(), used.end(), false);
    return main == used.end() ? 0 : static_cast<std::size_t>(main - used.begin());
  }

  void find_main(std::string_view wanted) {
    report_.counts.interfaces = model_.interfaces.size();
    if (model_.interfaces.empty()) return;
    const std::size_t number = number_of_main(wanted);
    const InterfaceNode& node = model_.interfaces[number];
    report_.id = node.id;
    report_.version = node.version;
    report_.display_name = node.display_name;
    report_.initial_properties = to_json_text(initial_values(number));
  }

  const Content& content_of(std::pair<std::size_t, std::size_t> origin) const {
    return model_.interfaces[origin.first].contents[origin.second];
  }

  // A component's properties stand below its name, marked as devices' clients expect it
  // ("__t": "c").
  json::object initial_values(std::size_t number) const {
    json::object values;
    for (const auto& [name, origin] : inherited_[number].names) {
      const Content& content = content_of(origin);
      if (content.initial) values[name] = *content.initial;
      if (content.kind != Kind::kComponent) continue;
      const auto component = find(content.interface_id);
      if (!component) continue;
      json::object inner;
      for (const auto& [property, place] : inherited_[*component].names) {
        if (content_of(place).initial) inner[property] = *content_of(place).initial;
      }
      if (inner.empty()) continue;
      inner["__t"] = "c";
      values[name] = std::move(inner);
    }
    return values;
  }

  const Model& model_;
  DtdlReport& report_;
  Problems problems_;
  Order order_;
  std::vector<Inherited> inherited_;
  std::size_t work_ = 0;
};

}  // namespace

void check_relations(const Model& model, std::string_view main, DtdlReport& report) {
  Relations(model, report).check(main);
}

}  // namespace berth::domain::dtdl
