// Changes of identities at hubs by operators.
#include "store/sql/bodies.h"
#include "store/sql/catalog_put.h"
#include "store/sql/device_keys.h"
#include "store/sql/first_twins.h"
#include "store/sql/publishers.h"
#include "store/sql/rosters.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

constexpr Sql kScopeExists = "SELECT 1 FROM scopes WHERE id = $1";
constexpr Sql kHubExists = "SELECT 1 FROM hubs WHERE name = $1";
constexpr Sql kDevice = R"sql(
SELECT hub, id, scope, version, created_at, updated_at, body FROM devices
WHERE hub = $1 AND id = $2)sql";
constexpr Sql kDeviceVersion = "SELECT version FROM devices WHERE hub = $1 AND id = $2";
// Hub and scope may have been removed since they were looked for.
constexpr Sql kInsertDevice = R"sql(
INSERT INTO devices (hub, id, scope, registration_key, version, created_at, updated_at, body,
                     group_key, serial_key)
SELECT $1, $2, $3, '', 1, $4, $5, $6, $7, $8
WHERE EXISTS (SELECT 1 FROM hubs WHERE name = $1) AND EXISTS (SELECT 1 FROM scopes WHERE id = $3)
ON CONFLICT (hub, id) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdateDevice = R"sql(
UPDATE devices SET version = version + 1, updated_at = $3, body = $4
WHERE hub = $1 AND id = $2 AND version = $5 RETURNING version)sql";
// Twin, session, connection, messages and control relations go with it (migrations.cc).
constexpr Sql kRemoveDevice = R"sql(
DELETE FROM devices WHERE hub = $1 AND id = $2 AND version = $3 RETURNING scope, group_key)sql";

Result<void> check_places(Connection& connection, const domain::Device& device) {
  const std::string& hub = device.hub.text();
  const std::string& scope = device.scope.text();
  Result<void> hub_there =
      must_be_there(connection.execute(kHubExists, {Value(hub)}), Subject{"hub", hub});
  if (!hub_there) return hub_there;
  return must_be_there(connection.execute(kScopeExists, {Value(scope)}), Subject{"scope", scope});
}

constexpr Sql kMemberElsewhere =
    "SELECT hub FROM devices WHERE id = $1 AND group_key <> '' AND hub <> $2";

// A member connects without naming its hub, so another hub's member of that id would be taken for
// it.
Result<void> id_must_be_free(Connection& connection, const domain::Device& device) {
  if (group_key_of(device).empty()) return {};
  BERTH_TRY(const bool taken, connection.execute(kMemberElsewhere, {Value(device.id.text()),
                                                                    Value(device.hub.text())}));
  if (!taken) return {};
  return Fail(ErrorKind::kConflict,
              fmt::format("a device that names no hub has the id '{}' at another hub already",
                          base::printable(device.id.text(), 128)),
              "delete that device first");
}

}  // namespace

Result<std::uint64_t> apply(Connection& connection, const management::PutDevice& put,
                            const Expectation& expectation) {
  const domain::Device& device = put.record;
  const std::string& hub = device.hub.text();
  const std::string& id = device.id.text();
  const Result<void> places = check_places(connection, device);
  if (!places) return Fail(places.error());
  if (put.new_member) {  // whether it was listed before or not
    BERTH_TRY(const bool added, must_list_member(connection, *put.new_member));
    static_cast<void>(added);
  }
  std::optional<domain::Device> stored;
  const auto read = [&]() -> Result<Version> {
    stored.reset();
    BERTH_TRY(Cursor row, connection.run(kDevice, {Value(hub), Value(id)}));
    BERTH_TRY(const bool found, row.next());
    if (!found) return Version();
    BERTH_TRY(stored, device_row(row));
    return Version(stored->version);
  };
  const auto insert = [&]() -> Result<bool> {
    const Result<void> free = id_must_be_free(connection, device);
    if (!free) return Fail(free.error());
    domain::Device made = device;
    made.registration = {};
    BERTH_TRY(
        const bool inserted,
        connection.execute(kInsertDevice, {Value(hub), Value(id), Value(device.scope.text()),
                                           Value(device.created_at), Value(device.updated_at),
                                           Value(device_body(made)), Value(group_key_of(device)),
                                           Value(serial_key_of(device))}));
    if (!inserted) return false;
    const Result<void> reported = put_first_twin(connection, made);
    if (!reported) return Fail(reported.error());
    return true;
  };
  // The registration and what the twin began with stay, and so does what it is known by: scope,
  // group, role and serial.
  const auto update = [&](std::uint64_t version) {
    domain::Device changed = device;
    changed.registration = stored->registration;
    changed.group = stored->group;
    changed.role = stored->role;
    changed.serial = stored->serial;
    changed.twin = stored->twin;
    return connection.execute(kUpdateDevice, {Value(hub), Value(id), Value(device.updated_at),
                                              Value(device_body(changed)), Value(version)});
  };
  return put_record(expectation, Subject{"device", id}, read, insert, update);
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveDevice& removal,
                            const Expectation& expectation) {
  const std::string& hub = removal.hub.text();
  const std::string& id = removal.id.text();
  const auto read = [&] {
    return read_version(connection.run(kDeviceVersion, {Value(hub), Value(id)}));
  };
  const auto remove = [&](std::uint64_t version) -> Result<bool> {
    domain::ScopeId scope;
    {
      BERTH_TRY(Cursor row, connection.run(kRemoveDevice, {Value(hub), Value(id), Value(version)}));
      BERTH_TRY(const bool removed, row.next());
      if (!removed || row.text(1).empty()) return removed;
      scope = domain::ScopeId::trusted(row.string(0));
    }
    const Result<void> forgotten = forget_publisher(connection, scope, id);
    if (!forgotten) return Fail(forgotten.error());
    return true;
  };
  return remove_record(expectation, Subject{"device", id}, read, remove);
}

}  // namespace berth::store::sql
