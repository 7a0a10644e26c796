#include "store/sql/controls.h"

#include "store/sql/guesses.h"
#include "store/sql/history.h"
#include "store/sql/registration_rows.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::store::sql {
namespace {

using domain::DeviceId;
using domain::HubName;

constexpr Sql kController = R"sql(
SELECT hub, id, scope, version, created_at, updated_at, body FROM devices
WHERE id = $1 AND group_key <> '' AND scope = $2)sql";
constexpr Sql kControlsAt = R"sql(
SELECT 1 FROM device_controls
WHERE controller_hub = $1 AND controller_id = $2 AND hub = $3 AND device_id = $4)sql";

constexpr Sql kAdd = R"sql(
INSERT INTO device_controls (controller_hub, controller_id, hub, device_id)
SELECT $1, $2, $3, $4
WHERE EXISTS (SELECT 1 FROM devices WHERE hub = $1 AND id = $2)
  AND EXISTS (SELECT 1 FROM devices WHERE hub = $3 AND id = $4)
  AND (SELECT count(*) FROM device_controls
       WHERE controller_hub = $1 AND controller_id = $2 AND NOT (hub = $3 AND device_id = $4)) < $5
  AND (SELECT count(*) FROM device_controls
       WHERE hub = $3 AND device_id = $4
         AND NOT (controller_hub = $1 AND controller_id = $2)) < $6
ON CONFLICT (controller_hub, controller_id, device_id, hub) DO UPDATE SET hub = excluded.hub
RETURNING hub)sql";
constexpr Sql kDeviceExists = "SELECT 1 FROM devices WHERE hub = $1 AND id = $2";

constexpr Sql kMoveControlled = R"sql(
UPDATE device_controls SET hub = $3, device_id = $4 WHERE hub = $1 AND device_id = $2)sql";
constexpr Sql kMoveController = R"sql(
UPDATE device_controls SET controller_hub = $3, controller_id = $4
WHERE controller_hub = $1 AND controller_id = $2)sql";

constexpr Sql kControlled = R"sql(
SELECT device_id FROM device_controls WHERE controller_hub = $1 AND controller_id = $2
ORDER BY device_id LIMIT $3)sql";
constexpr Sql kDoesControl = R"sql(
SELECT 1 FROM devices c
JOIN device_controls r ON r.controller_hub = c.hub AND r.controller_id = c.id
JOIN devices d ON d.hub = r.hub AND d.id = r.device_id AND d.group_key <> ''
WHERE c.id = $1 AND c.group_key <> '' AND r.device_id = $2)sql";
constexpr Sql kRelease = R"sql(
DELETE FROM device_controls WHERE controller_hub = $1 AND controller_id = $2 AND device_id = $3
RETURNING device_id)sql";
constexpr Sql kReleaseAll = R"sql(
DELETE FROM device_controls WHERE controller_hub = $1 AND controller_id = $2
RETURNING device_id)sql";

using FoundDevice = std::unique_ptr<const domain::Device>;

Result<FoundDevice> read_controller(Connection& connection, const std::string& id,
                                    const domain::ScopeId& scope) {
  if (id.empty() || !can_be_stored(id)) return FoundDevice();
  BERTH_TRY(Cursor row, connection.run(kController, {Value(id), Value(scope.text())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return FoundDevice();
  BERTH_TRY(domain::Device device, device_row(row));
  if (!device.password) return FoundDevice();
  return std::make_unique<const domain::Device>(std::move(device));
}

// The identity that the registration has, unless somebody else's is in its place.
Result<FoundDevice> read_own(Connection& connection, const domain::Registration& registration) {
  if (registration.device_id.empty()) return FoundDevice();
  BERTH_TRY(std::optional<domain::Device> device,
            read_identity(connection, registration.hub, registration.device_id));
  const bool own = device && device->scope == registration.scope &&
                   device->registration.key() == registration.id.key();
  if (!own) return FoundDevice();
  return std::make_unique<const domain::Device>(*std::move(device));
}

Result<void> must_exist(Connection& connection, const HubName& hub, const DeviceId& device) {
  BERTH_TRY(const bool found,
            connection.execute(kDeviceExists, {Value(hub.text()), Value(device.text())}));
  if (found) return {};
  return Fail(ErrorKind::kNotFound,
              fmt::format("there is no device '{}' at hub '{}'",
                          base::printable(device.text(), 128), hub.text()),
              "it was removed meanwhile");
}

// Those who add to one controller or to one device take turns, so that both bounds hold.
Result<void> lock_ends(Connection& connection, const Control& control) {
  std::string names[] = {
      fmt::format("controls/{}/{}", control.controller_hub.text(), control.controller.text()),
      fmt::format("controls/{}/{}", control.hub.text(), control.device.text())};
  std::sort(std::begin(names), std::end(names));
  for (const std::string& name : names) {
    Result<void> turn = connection.lock(name);
    if (!turn) return turn;
  }
  return {};
}

Result<std::uint64_t> count_rows(Result<Cursor> rows) {
  if (!rows) return Fail(std::move(rows).error());
  for (std::uint64_t count = 0;; ++count) {
    BERTH_TRY(const bool found, rows->next());
    if (!found) return count;
  }
}

Result<std::uint64_t> release_each(Connection& connection, const Release& release) {
  std::uint64_t released = 0;
  for (const DeviceId& device : release.devices) {
    if (!can_be_stored(device.text())) continue;
    BERTH_TRY(const std::uint64_t count,
              count_rows(connection.run(
                  kRelease, {Value(release.hub.text()), Value(release.controller.text()),
                             Value(device.text())})));
    released += count;
  }
  return released;
}

}  // namespace

// A controller's own registration may be owned by another group than the one whose member it is to
// control: owner_group is then that one.
Result<std::unique_ptr<provisioning::Dossier>> read_control_dossier(
    Connection& connection, const std::string& group_key, const std::string& member,
    const std::string& registration_key, const std::string& controller) {
  BERTH_TRY(std::unique_ptr<provisioning::Dossier> opened,
            read_member_dossier(connection, group_key, member));
  if (!opened->scope) return opened;
  provisioning::Dossier& dossier = *opened;
  dossier.owner_group.reset();
  if (dossier.current) {
    dossier.controlled = std::make_unique<const domain::Registration>(*std::move(dossier.current));
    dossier.current.reset();
    BERTH_TRY(dossier.controlled_device, read_own(connection, *dossier.controlled));
  }
  if (!registration_key.empty()) {
    BERTH_TRY(const std::unique_ptr<provisioning::Dossier> own,
              read_dossier(connection, dossier.scope->id.text(), registration_key));
    dossier.current = std::move(own->current);
    dossier.owner_group = std::move(own->owner_group);
  }
  BERTH_TRY(dossier.controller, read_controller(connection, controller, dossier.scope->id));
  if (!dossier.current || !dossier.controlled_device) return opened;
  const domain::Registration& current = *dossier.current;
  const domain::Device& controlled = *dossier.controlled_device;
  BERTH_TRY(
      dossier.controls,
      connection.execute(kControlsAt, {Value(current.hub.text()), Value(current.device_id.text()),
                                       Value(controlled.hub.text()), Value(controlled.id.text())}));
  return opened;
}

Result<void> add_control(Connection& connection, const Control& control) {
  Result<void> turn = lock_ends(connection, control);
  if (!turn) return turn;
  BERTH_TRY(const bool added,
            connection.execute(
                kAdd, {Value(control.controller_hub.text()), Value(control.controller.text()),
                       Value(control.hub.text()), Value(control.device.text()),
                       Value(std::uint64_t{provisioning::kControlledMax}),
                       Value(std::uint64_t{provisioning::kControllersMax})}));
  if (added) return {};
  Result<void> there = must_exist(connection, control.controller_hub, control.controller);
  if (!there) return there;
  there = must_exist(connection, control.hub, control.device);
  if (!there) return there;
  return Fail(ErrorKind::kTooMany,
              fmt::format("'{}' controls {} devices already, or '{}' is controlled by {}",
                          control.controller.text(), provisioning::kControlledMax,
                          control.device.text(), provisioning::kControllersMax),
              "release control of what is no longer needed");
}

Result<void> take_control(Connection& connection, const provisioning::ControlTaken& taken) {
  Result<void> done = add_control(
      connection, Control{taken.controller_hub, taken.controller, taken.hub, taken.device});
  if (!done) return done;
  done = forget_guesses(connection, taken.member);
  if (!done) return done;
  done = append_trail(connection, taken.trail);
  if (!done) return done;
  return append_audit(connection, taken.audit);
}

Result<void> move_controls(Connection& connection, const Place& from, const Place& to) {
  for (const Sql& statement : {kMoveControlled, kMoveController}) {
    Result<bool> moved = connection.execute(
        statement,
        {Value(from.hub.text()), Value(from.id.text()), Value(to.hub.text()), Value(to.id.text())});
    if (!moved) return Fail(std::move(moved).error());
  }
  return {};
}

Result<std::vector<DeviceId>> read_controlled(Connection& connection, const HubName& hub,
                                              const DeviceId& controller) {
  std::vector<DeviceId> devices;
  if (!can_be_stored(hub.text()) || !can_be_stored(controller.text())) return devices;
  BERTH_TRY(Cursor rows,
            connection.run(kControlled, {Value(hub.text()), Value(controller.text()),
                                         Value(std::uint64_t{provisioning::kControlledMax})}));
  while (true) {
    BERTH_TRY(const bool found, rows.next());
    if (!found) return devices;
    devices.push_back(DeviceId::trusted(rows.string(0)));
  }
}

Result<bool> does_control(Connection& connection, const DeviceId& controller,
                          const DeviceId& device) {
  if (!can_be_stored(controller.text()) || !can_be_stored(device.text())) return false;
  return connection.execute(kDoesControl, {Value(controller.text()), Value(device.text())});
}

Result<std::uint64_t> release_control(Connection& connection, const Release& release) {
  std::uint64_t released = 0;
  if (release.devices.empty()) {
    BERTH_TRY(released,
              count_rows(connection.run(
                  kReleaseAll, {Value(release.hub.text()), Value(release.controller.text())})));
  } else {
    BERTH_TRY(released, release_each(connection, release));
  }
  if (released == 0) return released;
  Result<void> audited = append_audit(connection, release.audit);
  if (!audited) return Fail(std::move(audited).error());
  return released;
}

}  // namespace berth::store::sql
