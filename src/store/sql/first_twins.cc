#include "store/sql/first_twins.h"

#include "domain/json_text.h"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include <optional>

namespace berth::store::sql {
namespace json = boost::json;
namespace {

constexpr Sql kPutTwin = R"sql(
INSERT INTO twins (hub, device_id, version, updated_at, etag, desired_version, reported_version,
                   tags, desired, desired_metadata, reported, reported_metadata)
VALUES ($1, $2, 1, $3, 1, 1, 1, $4, $5, $6, $7, $8)
ON CONFLICT (hub, device_id) DO UPDATE
  SET version = twins.version + 1, updated_at = excluded.updated_at, etag = twins.etag + 1,
      desired_version = twins.desired_version + 1, reported_version = twins.reported_version + 1,
      tags = excluded.tags, desired = excluded.desired,
      desired_metadata = excluded.desired_metadata, reported = excluded.reported,
      reported_metadata = excluded.reported_metadata)sql";

struct Section {
  std::string document;
  std::string metadata;
};

struct Stamp {
  std::string at;
  std::optional<std::int64_t> version;  // desired properties have one at every node
};

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

// Mirrors the document: every node says when it was written.
json::object metadata_of(const json::object& document, const Stamp& stamp) {
  json::object node;
  node["$lastUpdated"] = stamp.at;
  if (stamp.version) node["$lastUpdatedVersion"] = *stamp.version;
  for (const auto& member : document) {
    const json::object* inner = member.value().if_object();
    node[member.key()] = metadata_of(inner == nullptr ? json::object() : *inner, stamp);
  }
  return node;
}

// What cannot be read counts as empty: it was validated when it entered.
Section section_of(std::string_view text, const Stamp& stamp) {
  json::error_code error;
  json::value value = json::parse(text, error);
  json::object document;
  if (!error && value.is_object()) document = std::move(value.get_object());
  drop_nulls(document);
  return {domain::to_json_text(document), domain::to_json_text(metadata_of(document, stamp))};
}

}  // namespace

Result<void> put_first_twin(Connection& connection, const domain::Device& device) {
  if (device.first_reported.empty()) return {};
  const std::string at = base::format_utc(device.updated_at, 7);
  const Section tags = section_of(device.twin.tags, {at, {}});
  const Section desired = section_of(device.twin.desired, {at, 1});
  const Section reported = section_of(device.first_reported, {at, {}});
  Result<bool> put = connection.execute(
      kPutTwin, {Value(device.hub.text()), Value(device.id.text()), Value(device.updated_at),
                 Value(tags.document), Value(desired.document), Value(desired.metadata),
                 Value(reported.document), Value(reported.metadata)});
  if (!put) return Fail(std::move(put).error());
  return {};
}

}  // namespace berth::store::sql
