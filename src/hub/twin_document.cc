#include "hub/twin_document.h"

#include "domain/json_text.h"
#include "hub/json_text.h"
#include "hub/twin_rules.h"

#include <fmt/format.h>

#include <utility>

namespace berth::hub {
namespace {

namespace json = boost::json;

constexpr std::string_view kLastUpdated = "$lastUpdated";
constexpr std::string_view kLastUpdatedVersion = "$lastUpdatedVersion";

// What every node of the metadata that a write touches gets.
struct Stamp {
  std::string at;
  std::optional<std::uint64_t> version;  // desired only (azure-iot-hub.md §6)
};

void stamp(json::object& node, const Stamp& with) {
  node[json_view(kLastUpdated)] = with.at;
  if (with.version) node[json_view(kLastUpdatedVersion)] = *with.version;
}

// The child of that name as an object, made when it is none.
json::object& child_of(json::object& parent, json::string_view name) {
  json::value& child = parent[name];
  if (!child.is_object()) child.emplace_object();
  return child.get_object();
}

// Without the members that are null, at every level of objects; arrays keep theirs.
void drop_nulls(json::object& object) {
  for (auto member = object.begin(); member != object.end();) {
    if (member->value().is_null()) {
      member = object.erase(member);
      continue;
    }
    if (member->value().is_object()) drop_nulls(member->value().get_object());
    ++member;
  }
}

json::object fresh_metadata(const json::object& document, const Stamp& with) {
  json::object node;
  stamp(node, with);
  for (const auto& member : document) {
    json::object& child = child_of(node, member.key());
    if (member.value().is_object()) {
      child = fresh_metadata(member.value().get_object(), with);
    } else {
      stamp(child, with);
    }
  }
  return node;
}

void merge(json::object& document, json::object& metadata, const json::object& patch,
           const Stamp& with) {
  stamp(metadata, with);
  for (const auto& member : patch) {
    const json::string_view name = member.key();
    if (member.value().is_null()) {
      document.erase(name);
      metadata.erase(name);
      continue;
    }
    if (!member.value().is_object()) {
      document[name] = member.value();
      json::object leaf;
      stamp(leaf, with);
      metadata[name] = std::move(leaf);
      continue;
    }
    const json::value* old = document.if_contains(name);
    if (old == nullptr || !old->is_object()) metadata[name] = json::object();
    merge(child_of(document, name), child_of(metadata, name), member.value().get_object(), with);
  }
}

// As merge, but nothing is left of what a member was before.
void replace_members(json::object& document, json::object& metadata, const json::object& patch,
                     const Stamp& with) {
  for (const auto& member : patch) {
    document.erase(member.key());
    metadata.erase(member.key());
  }
  merge(document, metadata, patch, with);
}

// The new document, and null for every member of the old one that it lacks.
json::object difference(const json::object& before, const json::object& after) {
  json::object told = after;
  for (const auto& member : before) {
    json::value* now = told.if_contains(member.key());
    if (now == nullptr) {
      told[member.key()] = nullptr;
    } else if (now->is_object() && member.value().is_object()) {
      *now = difference(member.value().get_object(), now->get_object());
    }
  }
  return told;
}

// Documents of ours: what cannot be read is empty, so that a damaged one can be written anew.
json::object stored_object(std::string_view text) {
  Result<json::value> value = read_json(text, {.bytes_max = text.size(), .any_integer = true});
  if (!value || !value->is_object()) return {};
  return std::move(value->get_object());
}

Result<json::object, DocumentFault> read_request(const SectionWrite& write) {
  Result<json::value> value = read_json(write.text, {.bytes_max = kTwinTextBytesMax});
  if (!value) {
    const bool large = value.error().kind == ErrorKind::kTooLarge;
    return Fail(
        DocumentFault{large ? domain::Reason::kDocumentTooLarge : domain::Reason::kDocumentInvalid,
                      fmt::format("{}: {}", to_string(write.section), value.error().what)});
  }
  if (!value->is_object()) {
    return Fail(DocumentFault{domain::Reason::kDocumentInvalid,
                              fmt::format("{} must be a JSON object", to_string(write.section))});
  }
  json::object object = std::move(value->get_object());
  object.erase("$version");
  object.erase("$metadata");
  Result<void, DocumentFault> valid = check_members(write.section, object);
  if (!valid) return Fail(std::move(valid).error());
  return object;
}

Stamp stamp_for(Section section, TimePoint at, std::uint64_t version) {
  Stamp with{base::format_utc(at, 7), {}};
  if (section == Section::kDesired) with.version = version;
  return with;
}

}  // namespace

std::string_view to_string(Section section) {
  switch (section) {
    case Section::kTags:
      return "tags";
    case Section::kDesired:
      return "desired";
    case Section::kReported:
      return "reported";
  }
  return "section";
}

Result<SectionWritten, DocumentFault> write_section(const domain::TwinSection& current,
                                                    const SectionWrite& write) {
  Result<json::object, DocumentFault> request = read_request(write);
  if (!request) return Fail(std::move(request).error());

  SectionWritten written;
  written.section.version = current.version + 1;
  const Stamp with = stamp_for(write.section, write.at, written.section.version);
  json::object document = stored_object(current.document);
  json::object metadata;
  if (write.replaces) {
    drop_nulls(*request);
    written.told = domain::to_json_text(difference(document, *request));
    document = *std::move(request);
    metadata = fresh_metadata(document, with);
  } else {
    metadata = stored_object(current.metadata);
    const auto write_members = write.whole_members ? replace_members : merge;
    write_members(document, metadata, *request, with);
    written.told = domain::to_json_text(*request);
  }
  Result<void, DocumentFault> fits = check_size(write.section, document);
  if (!fits) return Fail(std::move(fits).error());
  written.section.document = domain::to_json_text(document);
  if (written.section.document.size() > kTwinTextBytesMax) {
    return Fail(DocumentFault{
        domain::Reason::kDocumentTooLarge,
        fmt::format("{} would take {} bytes as text; at most {} are kept", to_string(write.section),
                    written.section.document.size(), kTwinTextBytesMax)});
  }
  if (write.section != Section::kTags) written.section.metadata = domain::to_json_text(metadata);
  return written;
}

domain::TwinSection first_section(Section section, std::string_view document, TimePoint at) {
  json::object object = stored_object(document);
  drop_nulls(object);
  domain::TwinSection made;
  made.document = domain::to_json_text(object);
  if (section != Section::kTags) {
    made.metadata =
        domain::to_json_text(fresh_metadata(object, stamp_for(section, at, made.version)));
  }
  return made;
}

}  // namespace berth::hub
