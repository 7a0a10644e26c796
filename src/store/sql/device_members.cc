// What hubs write of members of groups: that one has connected with what it was issued, and who
// speaks for whom.
#include "base/codec.h"
#include "store/sql/bodies.h"
#include "store/sql/catalog_put.h"
#include "store/sql/device_rows.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

using domain::DeviceId;
using domain::HubName;

// The identity and, if it has one, its registration (7..15).
constexpr Sql kIdentity = R"sql(
SELECT d.hub, d.id, d.scope, d.version, d.created_at, d.updated_at, d.body,
       r.scope, r.id, r.enrollment_kind, r.hub, r.device_id, r.version, r.created_at, r.updated_at,
       r.body
FROM devices d LEFT JOIN registrations r ON r.scope = d.scope AND r.key = d.registration_key
WHERE d.hub = $1 AND d.id = $2)sql";
constexpr int kRegistrationAt = 7;

constexpr Sql kUpdateDevice = R"sql(
UPDATE devices SET version = version + 1, updated_at = $3, body = $4
WHERE hub = $1 AND id = $2 AND version = $5 RETURNING version)sql";
constexpr Sql kUpdateRegistration = R"sql(
UPDATE registrations SET version = version + 1, updated_at = $3, body = $4
WHERE scope = $1 AND key = $2 AND version = $5 RETURNING version)sql";

constexpr Sql kBind = R"sql(
INSERT INTO device_bindings (hub, device_id, gateway_hub, gateway_id)
SELECT $1, $2, $3, $4
WHERE EXISTS (SELECT 1 FROM devices WHERE hub = $1 AND id = $2)
  AND EXISTS (SELECT 1 FROM devices WHERE hub = $3 AND id = $4)
  AND (SELECT count(*) FROM device_bindings
       WHERE gateway_hub = $3 AND gateway_id = $4 AND NOT (hub = $1 AND device_id = $2)) < $5
ON CONFLICT (hub, device_id) DO UPDATE
  SET gateway_hub = excluded.gateway_hub, gateway_id = excluded.gateway_id
RETURNING hub)sql";
constexpr Sql kUnbind = R"sql(
DELETE FROM device_bindings
WHERE hub = $1 AND device_id = $2 AND gateway_hub = $3 AND gateway_id = $4)sql";
constexpr Sql kBound = R"sql(
SELECT hub, device_id FROM device_bindings
WHERE gateway_hub = $1 AND gateway_id = $2 ORDER BY device_id, hub)sql";

auto changed_meanwhile(const DeviceId& device) {
  return Fail(ErrorKind::kPreconditionFailed,
              fmt::format("device '{}' was changed meanwhile", device.text()),
              "read it again and decide again");
}

struct Activating {
  domain::Device device;
  std::optional<domain::Registration> registration;
};

Result<std::optional<Activating>> read_activating(Connection& connection, const HubName& hub,
                                                  const DeviceId& device) {
  BERTH_TRY(Cursor row, connection.run(kIdentity, {Value(hub.text()), Value(device.text())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<Activating>();
  Activating activating;
  BERTH_TRY(activating.device, device_row(row));
  if (!row.is_null(kRegistrationAt)) {
    BERTH_TRY(activating.registration, registration_row(row, kRegistrationAt));
  }
  return std::optional<Activating>(std::move(activating));
}

// False: the registration is no longer what was read.
Result<bool> note_activation(Connection& connection,
                             std::optional<domain::Registration>& registration, TimePoint at) {
  if (!registration) return true;
  registration->activated_at = at;
  return connection.execute(
      kUpdateRegistration,
      {Value(registration->scope.text()), Value(registration->id.key()), Value(at),
       Value(registration_body(*registration)), Value(registration->version)});
}

}  // namespace

// The registration first, as a commit does (registration_writes.cc): whoever is second of the two
// waits for the other here, and then finds another version. A registration that was changed by
// somebody who leaves the identity alone is read again.
Result<void> activate(Connection& connection, const HubName& hub, const DeviceId& device,
                      std::uint64_t version, TimePoint at) {
  for (int attempt = 0; attempt < kRaceAttemptsMax; ++attempt) {
    BERTH_TRY(std::optional<Activating> found, read_activating(connection, hub, device));
    if (!found || found->device.version != version) return changed_meanwhile(device);
    BERTH_TRY(const bool noted, note_activation(connection, found->registration, at));
    if (!noted) continue;
    found->device.awaits_activation = false;
    BERTH_TRY(
        const bool updated,
        connection.execute(kUpdateDevice, {Value(hub.text()), Value(device.text()), Value(at),
                                           Value(device_body(found->device)), Value(version)}));
    if (!updated) return changed_meanwhile(device);
    return {};
  }
  return Fail(too_many_races(Subject{"registration", device.text()}));
}

// Those who bind to one gateway take turns, so that its bound holds.
Result<void> bind_device(Connection& connection, const hub::Binding& binding) {
  const std::string& hub = binding.gateway_hub.text();
  const std::string& gateway = binding.gateway.text();
  const Result<void> turn = connection.lock(fmt::format("bindings/{}/{}", hub, gateway));
  if (!turn) return turn;
  BERTH_TRY(const bool bound,
            connection.execute(kBind,
                               {Value(binding.hub.text()), Value(binding.device.text()), Value(hub),
                                Value(gateway), Value(std::uint64_t{hub::kBoundMax})}));
  if (bound) return {};
  Result<void> device = device_must_exist(connection, binding.hub, binding.device);
  if (!device) return device;
  Result<void> there = device_must_exist(connection, binding.gateway_hub, binding.gateway);
  if (!there) return there;
  return Fail(ErrorKind::kTooMany,
              fmt::format("{} devices are bound to '{}' already", hub::kBoundMax,
                          base::printable(gateway, 128)),
              "unbind some of them, or use another gateway");
}

Result<void> unbind_device(Connection& connection, const hub::Binding& binding) {
  Result<bool> unbound = connection.execute(
      kUnbind, {Value(binding.hub.text()), Value(binding.device.text()),
                Value(binding.gateway_hub.text()), Value(binding.gateway.text())});
  if (!unbound) return Fail(std::move(unbound).error());
  return {};
}

Result<std::vector<hub::Binding>> read_bound(Connection& connection, const HubName& hub,
                                             const DeviceId& gateway) {
  BERTH_TRY(Cursor rows, connection.run(kBound, {Value(hub.text()), Value(gateway.text())}));
  std::vector<hub::Binding> bound;
  while (true) {
    BERTH_TRY(const bool found, rows.next());
    if (!found) return bound;
    bound.push_back(
        {hub, gateway, HubName::trusted(rows.string(0)), DeviceId::trusted(rows.string(1))});
  }
}

}  // namespace berth::store::sql
