#include "store/sql/identities.h"

#include "store/sql/bodies.h"
#include "store/sql/catalog_put.h"
#include "store/sql/device_keys.h"
#include "store/sql/first_twins.h"
#include "store/sql/history.h"
#include "store/sql/publishers.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::store::sql {
namespace {

using domain::Device;
using domain::DeviceId;
using domain::HubName;
using domain::Registration;

constexpr std::size_t kHubsOfScopeMax = 100;

// The identity and, if it has one, its registration (7..15).
constexpr Sql kFind = R"sql(
SELECT d.hub, d.id, d.scope, d.version, d.created_at, d.updated_at, d.body,
       r.scope, r.id, r.enrollment_kind, r.hub, r.device_id, r.version, r.created_at, r.updated_at,
       r.body
FROM devices d
LEFT JOIN registrations r ON r.scope = d.scope AND r.key = d.registration_key
                         AND d.registration_key <> ''
WHERE d.id = $1 AND d.group_key <> '')sql";
constexpr int kRegistrationAt = 7;

constexpr Sql kInsert = R"sql(
INSERT INTO devices (hub, id, scope, registration_key, version, created_at, updated_at, body,
                     group_key, serial_key)
SELECT $1, $2, $3, '', 1, $4, $5, $6, $7, $8
WHERE EXISTS (SELECT 1 FROM hubs WHERE name = $1) AND EXISTS (SELECT 1 FROM scopes WHERE id = $3)
ON CONFLICT (hub, id) DO NOTHING RETURNING version)sql";
constexpr Sql kIdTaken = R"sql(
SELECT 1 FROM devices WHERE id = $2 AND group_key <> ''
UNION ALL SELECT 1 FROM devices WHERE hub = $1 AND id = $2)sql";
constexpr Sql kSerialTaken = R"sql(
SELECT 1 FROM devices WHERE scope = $1 AND serial_key = $2 AND serial_key <> '')sql";
constexpr Sql kHubExists = "SELECT 1 FROM hubs WHERE name = $1";
constexpr Sql kScopeExists = "SELECT 1 FROM scopes WHERE id = $1";

constexpr Sql kDeviceExists = "SELECT 1 FROM devices WHERE hub = $1 AND id = $2";
constexpr Sql kUpdate = R"sql(
UPDATE devices SET version = version + 1, updated_at = $3, body = $4
WHERE hub = $1 AND id = $2 AND version = $5 RETURNING version)sql";
constexpr Sql kRegistration = R"sql(
SELECT scope, id, enrollment_kind, hub, device_id, version, created_at, updated_at, body
FROM registrations WHERE scope = $1 AND key = $2)sql";
constexpr Sql kUpdateRegistration = R"sql(
UPDATE registrations SET version = version + 1, updated_at = $3, body = $4
WHERE scope = $1 AND key = $2 AND version = $5 RETURNING version)sql";

constexpr Sql kOwner =
    "SELECT scope, registration_key, group_key FROM devices WHERE hub = $1 AND id = $2";
constexpr Sql kRemoveRegistration = R"sql(
DELETE FROM registrations WHERE scope = $1 AND key = $2 AND hub = $3 AND device_id = $4)sql";
// Twin, session, connection, messages and control relations go with it (migrations.cc).
constexpr Sql kRemove = "DELETE FROM devices WHERE hub = $1 AND id = $2 RETURNING id";

constexpr Sql kLinks =
    "SELECT scope, hub, version, body FROM hub_links WHERE scope = $1 ORDER BY hub";

auto taken(std::string_view what, std::string_view which) {
  return Fail(ErrorKind::kConflict,
              fmt::format("the {} '{}' is taken", what, base::printable(which, 128)),
              "choose another one");
}

// What came first stays; hub and scope may have been removed since they were looked up.
Result<void> why_not_made(Connection& connection, const Device& device) {
  const std::string& hub = device.hub.text();
  Result<void> there =
      must_be_there(connection.execute(kHubExists, {Value(hub)}), Subject{"hub", hub});
  if (!there) return there;
  const std::string& scope = device.scope.text();
  there = must_be_there(connection.execute(kScopeExists, {Value(scope)}), Subject{"scope", scope});
  if (!there) return there;
  return taken("device id", device.id.text());
}

Result<std::uint64_t> make_identity(Connection& connection, const Device& wanted) {
  Device device = wanted;
  device.registration = {};
  const std::string& hub = device.hub.text();
  const std::string& id = device.id.text();
  const std::string& scope = device.scope.text();
  const std::string group = group_key_of(device);
  const std::string serial = serial_key_of(device);
  if (!group.empty()) {
    BERTH_TRY(const bool id_taken, connection.execute(kIdTaken, {Value(hub), Value(id)}));
    if (id_taken) return taken("device id", id);
  }
  BERTH_TRY(const bool serial_taken,
            connection.execute(kSerialTaken, {Value(scope), Value(serial)}));
  if (serial_taken) return taken("serial", device.serial);
  BERTH_TRY(const bool made,
            connection.execute(kInsert, {Value(hub), Value(id), Value(scope),
                                         Value(device.created_at), Value(device.updated_at),
                                         Value(device_body(device)), Value(group), Value(serial)}));
  if (!made) {
    const Result<void> why = why_not_made(connection, device);
    return Fail(why.error());
  }
  const Result<void> reported = put_first_twin(connection, device);
  if (!reported) return Fail(reported.error());
  return std::uint64_t{1};
}

// The registration before the identity, as a commit does (registration_writes.cc).
Result<bool> try_to_reset(Connection& connection, const Device& device) {
  std::optional<Registration> registration;
  {
    BERTH_TRY(Cursor row, connection.run(kRegistration, {Value(device.scope.text()),
                                                         Value(device.registration.key())}));
    BERTH_TRY(const bool found, row.next());
    if (!found) return true;
    BERTH_TRY(registration, registration_row(row));
  }
  const bool own = registration->hub == device.hub && registration->device_id == device.id;
  if (!own || registration->reset) return true;
  registration->reset = true;
  return connection.execute(
      kUpdateRegistration,
      {Value(device.scope.text()), Value(registration->id.key()), Value(device.updated_at),
       Value(registration_body(*registration)), Value(registration->version)});
}

Result<void> reset_registration(Connection& connection, const Device& device) {
  if (device.registration.empty()) return {};
  for (int attempt = 0; attempt < kRaceAttemptsMax; ++attempt) {
    BERTH_TRY(const bool done, try_to_reset(connection, device));
    if (done) return {};
  }
  return Fail(too_many_races(Subject{"registration", device.registration.text()}));
}

Result<std::uint64_t> change_identity(Connection& connection, const hub::IdentityWrite& write) {
  const Device& device = write.device;
  const std::string& hub = device.hub.text();
  const std::string& id = device.id.text();
  if (write.resets) {
    const Result<void> reset = reset_registration(connection, device);
    if (!reset) return Fail(reset.error());
  }
  BERTH_TRY(
      const bool updated,
      connection.execute(kUpdate, {Value(hub), Value(id), Value(device.updated_at),
                                   Value(device_body(device)), Value(write.expected_version)}));
  if (updated) return write.expected_version + 1;
  const Result<void> there = must_be_there(
      connection.execute(kDeviceExists, {Value(hub), Value(id)}), Subject{"device", id});
  if (!there) return Fail(there.error());
  return Fail(ErrorKind::kConflict, fmt::format("device '{}' was changed meanwhile", id),
              "read it again and decide again");
}

struct Owner {
  domain::ScopeId scope;
  std::string registration_key;
  bool publishes = false;
};

Result<std::optional<Owner>> read_owner(Connection& connection, const HubName& hub,
                                        const DeviceId& device) {
  if (!can_be_stored(hub.text()) || !can_be_stored(device.text())) return std::optional<Owner>();
  BERTH_TRY(Cursor row, connection.run(kOwner, {Value(hub.text()), Value(device.text())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<Owner>();
  return std::optional<Owner>(
      Owner{domain::ScopeId::trusted(row.string(0)), row.string(1), !row.text(2).empty()});
}

}  // namespace

Result<std::optional<hub::Identity>> find_identity(Connection& connection, const DeviceId& device) {
  if (!can_be_stored(device.text())) return std::optional<hub::Identity>();
  BERTH_TRY(Cursor row, connection.run(kFind, {Value(device.text())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<hub::Identity>();
  hub::Identity identity;
  BERTH_TRY(identity.device, device_row(row));
  if (!identity.device.password) return std::optional<hub::Identity>();
  if (!row.is_null(kRegistrationAt)) {
    BERTH_TRY(identity.registration, registration_row(row, kRegistrationAt));
  }
  return std::optional<hub::Identity>(std::move(identity));
}

Result<std::uint64_t> put_identity(Connection& connection, const hub::IdentityWrite& write) {
  const bool makes = write.expected_version == 0;
  BERTH_TRY(const std::uint64_t version,
            makes ? make_identity(connection, write.device) : change_identity(connection, write));
  const Result<void> audited = append_audit(connection, write.audit);
  if (!audited) return Fail(audited.error());
  return version;
}

// The registration first, as whoever registers does: it then finds that it has lost the race.
Result<bool> remove_identity(Connection& connection, const hub::IdentityRemoval& removal) {
  const std::string& hub = removal.hub.text();
  const std::string& id = removal.device.text();
  BERTH_TRY(const std::optional<Owner> owner, read_owner(connection, removal.hub, removal.device));
  if (!owner) return false;
  BERTH_TRY(const bool unregistered,
            connection.execute(kRemoveRegistration,
                               {Value(owner->scope.text()), Value(owner->registration_key),
                                Value(hub), Value(id)}));
  static_cast<void>(unregistered);  // one made by hand has none
  BERTH_TRY(const bool removed, connection.execute(kRemove, {Value(hub), Value(id)}));
  if (!removed) return false;
  if (owner->publishes) {
    const Result<void> forgotten = forget_publisher(connection, owner->scope, id);
    if (!forgotten) return Fail(forgotten.error());
  }
  const Result<void> audited = append_audit(connection, removal.audit);
  if (!audited) return Fail(audited.error());
  return true;
}

// Links that only apply to enrollments which name the hub are none.
Result<std::vector<HubName>> hubs_of_scope(Connection& connection, const domain::ScopeId& scope) {
  BERTH_TRY(Cursor rows, connection.run(kLinks, {Value(scope.text())}));
  BERTH_TRY(std::vector<domain::HubLink> links, all_rows(rows, link_row));
  std::erase_if(links, [](const domain::HubLink& link) { return !link.apply_allocation; });
  std::stable_sort(
      links.begin(), links.end(),
      [](const domain::HubLink& a, const domain::HubLink& b) { return a.weight > b.weight; });
  links.resize(std::min(links.size(), kHubsOfScopeMax));
  std::vector<HubName> hubs;
  for (domain::HubLink& link : links) hubs.push_back(std::move(link.hub));
  return hubs;
}

}  // namespace berth::store::sql
