#include "store/sql/bodies.h"
#include "store/sql/certificates.h"
#include "store/sql/device_rows.h"
#include "store/sql/row_memo.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

using domain::DeviceId;
using domain::HubName;

// Columns: device (0..6), session (7..8), whether a message waits (9).
constexpr Sql kDossier = R"sql(
SELECT d.hub, d.id, d.scope, d.version, d.created_at, d.updated_at, d.body,
       s.updated_at, s.body,
       CASE WHEN EXISTS (SELECT 1 FROM device_messages m
                         WHERE m.hub = d.hub AND m.device_id = d.id) THEN 1 ELSE 0 END
FROM devices d
LEFT JOIN device_sessions s ON s.hub = d.hub AND s.device_id = d.id
WHERE d.hub = $1 AND d.id = $2)sql";
constexpr int kSessionAt = 7;
constexpr int kWaitsAt = 9;

// The same, and the group (10..16).
constexpr Sql kMemberDossier = R"sql(
SELECT d.hub, d.id, d.scope, d.version, d.created_at, d.updated_at, d.body,
       s.updated_at, s.body,
       CASE WHEN EXISTS (SELECT 1 FROM device_messages m
                         WHERE m.hub = d.hub AND m.device_id = d.id) THEN 1 ELSE 0 END,
       g.scope, g.kind, g.id, g.version, g.created_at, g.updated_at, g.body
FROM devices d
LEFT JOIN device_sessions s ON s.hub = d.hub AND s.device_id = d.id
LEFT JOIN enrollments g ON g.scope = d.scope AND g.kind = 'group' AND g.key = d.group_key
                       AND g.product <> ''
WHERE d.id = $1 AND d.group_key <> '')sql";
constexpr int kGroupAt = 10;

constexpr Sql kProvisionedBy = R"sql(
SELECT e.scope, e.kind, e.id, e.version, e.created_at, e.updated_at, e.body
FROM registrations r
JOIN enrollments e ON e.scope = r.scope AND e.kind = r.enrollment_kind AND e.key = r.enrollment_key
WHERE r.scope = $1 AND r.key = $2)sql";

constexpr Sql kTwin = R"sql(
SELECT t.version, t.updated_at, t.etag, t.desired_version, t.reported_version, t.tags, t.desired,
       t.desired_metadata, t.reported, t.reported_metadata
FROM devices d LEFT JOIN twins t ON t.hub = d.hub AND t.device_id = d.id
WHERE d.hub = $1 AND d.id = $2)sql";

constexpr Sql kConnection = R"sql(
SELECT node, epoch, changed_at, body FROM device_connections
WHERE hub = $1 AND device_id = $2)sql";

constexpr Sql kDeviceExists = "SELECT 1 FROM devices WHERE hub = $1 AND id = $2";

auto no_device(const HubName& hub, const DeviceId& device) {
  return Fail(ErrorKind::kNotFound,
              fmt::format("there is no device '{}' at hub '{}'",
                          base::printable(device.text(), 128), hub.text()),
              "list the devices there are");
}

domain::Twin twin_row(const Cursor& row, const HubName& hub, const DeviceId& device) {
  domain::Twin twin;
  twin.hub = hub;
  twin.device = device;
  twin.version = row.count(0);
  twin.updated_at = row.time(1);
  twin.etag = row.count(2);
  twin.desired.version = row.count(3);
  twin.reported.version = row.count(4);
  twin.tags = row.string(5);
  twin.desired.document = row.string(6);
  twin.desired.metadata = row.string(7);
  twin.reported.document = row.string(8);
  twin.reported.metadata = row.string(9);
  return twin;
}

// The columns that both kinds of dossier have.
Result<hub::Dossier> dossier_row(const Cursor& row) {
  hub::Dossier dossier;
  BERTH_TRY(dossier.device, device_row(row));
  dossier.has_messages = row.number(kWaitsAt) != 0;
  if (row.is_null(kSessionAt)) return dossier;
  hub::StoredSession session;
  session.hub = dossier.device->hub;
  session.device = dossier.device->id;
  session.updated_at = row.time(kSessionAt);
  BERTH_TRY(dossier.session, read_session(row.text(kSessionAt + 1), std::move(session)));
  return dossier;
}

bool has_certificates(const domain::Device& device) {
  return device.certificate || device.secondary_certificate || device.ca_signed;
}

// Whether the enrollment through which it was provisioned lets the device in.
Result<bool> read_enrollment_enabled(Connection& connection, const domain::Device& device) {
  BERTH_TRY(Cursor row, connection.run(kProvisionedBy, {Value(device.scope.text()),
                                                        Value(device.registration.key())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return !device.ca_signed;
  // An individual one is read for one device, a group's for one device after another.
  if (row.text(1) == domain::to_string(domain::EnrollmentKind::kGroup)) {
    BERTH_TRY(const auto group, connection.memo().enrollment(row));
    return group->enabled;
  }
  BERTH_TRY(const domain::Enrollment enrollment, enrollment_row(row));
  return enrollment.enabled;
}

// What the certificates of a device hang on; other devices cost no statement more.
Result<hub::Dossier> with_certificates(Connection& connection, Result<hub::Dossier> dossier) {
  if (!dossier || !dossier->device || !has_certificates(*dossier->device)) return dossier;
  const domain::Device& device = *dossier->device;
  if (dossier->group) {
    dossier->enrollment_enabled = dossier->group->enabled;
  } else if (!device.registration.empty()) {
    BERTH_TRY(dossier->enrollment_enabled, read_enrollment_enabled(connection, device));
  }
  if (!device.ca_signed) return dossier;
  BERTH_TRY(dossier->authorities, read_verified_authorities(connection, device.scope));
  return dossier;
}

// What the first statement says; none: there is no such device.
Result<hub::Dossier> read_joined_dossier(Result<Cursor> row) {
  if (!row) return Fail(std::move(row).error());
  BERTH_TRY(const bool found, row->next());
  if (!found) return hub::Dossier();
  return dossier_row(*row);
}

Result<hub::Dossier> read_joined_member(RowMemo& memo, Result<Cursor> row) {
  if (!row) return Fail(std::move(row).error());
  BERTH_TRY(const bool found, row->next());
  if (!found) return hub::Dossier();
  BERTH_TRY(hub::Dossier dossier, dossier_row(*row));
  if (row->is_null(kGroupAt)) return dossier;
  BERTH_TRY(const auto group, memo.enrollment(*row, kGroupAt));
  dossier.group = *group;
  return dossier;
}

}  // namespace

Result<hub::Dossier> read_device_dossier(Connection& connection, const HubName& hub,
                                         const DeviceId& device) {
  Result<hub::Dossier> dossier =
      read_joined_dossier(connection.run(kDossier, {Value(hub.text()), Value(device.text())}));
  return with_certificates(connection, std::move(dossier));
}

Result<hub::Dossier> read_member_dossier(Connection& connection, const DeviceId& device) {
  if (!can_be_stored(device.text())) return hub::Dossier();
  Result<hub::Dossier> dossier =
      read_joined_member(connection.memo(), connection.run(kMemberDossier, {Value(device.text())}));
  return with_certificates(connection, std::move(dossier));
}

Result<std::optional<domain::Twin>> read_twin(Connection& connection, const HubName& hub,
                                              const DeviceId& device) {
  BERTH_TRY(Cursor row, connection.run(kTwin, {Value(hub.text()), Value(device.text())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return no_device(hub, device);
  if (row.is_null(0)) return std::optional<domain::Twin>();
  return std::optional<domain::Twin>(twin_row(row, hub, device));
}

Result<std::optional<hub::ConnectionRecord>> read_connection(Connection& connection,
                                                             const HubName& hub,
                                                             const DeviceId& device) {
  BERTH_TRY(Cursor row, connection.run(kConnection, {Value(hub.text()), Value(device.text())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<hub::ConnectionRecord>();
  hub::ConnectionRecord record;
  record.hub = hub;
  record.device = device;
  record.node = row.string(0);
  record.epoch = row.count(1);
  record.changed_at = row.time(2);
  BERTH_TRY(record, read_connection_body(row.text(3), std::move(record)));
  return std::optional<hub::ConnectionRecord>(std::move(record));
}

Result<void> device_must_exist(Connection& connection, const HubName& hub, const DeviceId& device) {
  BERTH_TRY(const bool found,
            connection.execute(kDeviceExists, {Value(hub.text()), Value(device.text())}));
  if (!found) return no_device(hub, device);
  return {};
}

}  // namespace berth::store::sql
