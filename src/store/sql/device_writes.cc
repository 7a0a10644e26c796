// Twins, sessions, connection records and epochs. Every write is one statement that also checks
// that the identity is there, so that nothing comes back for one that was removed meanwhile.
#include "store/sql/bodies.h"
#include "store/sql/device_rows.h"
#include "store/sql/history.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

using domain::DeviceId;
using domain::HubName;

constexpr Sql kBeginEpoch = R"sql(
INSERT INTO nodes (name, epoch) VALUES ($1, 1)
ON CONFLICT (name) DO UPDATE SET epoch = nodes.epoch + 1 RETURNING epoch)sql";

constexpr Sql kInsertTwin = R"sql(
INSERT INTO twins (hub, device_id, version, updated_at, etag, desired_version, reported_version,
                   tags, desired, desired_metadata, reported, reported_metadata)
SELECT $1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11
WHERE EXISTS (SELECT 1 FROM devices WHERE hub = $1 AND id = $2)
ON CONFLICT (hub, device_id) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdateTwin = R"sql(
UPDATE twins SET version = version + 1, updated_at = $3, etag = $4, desired_version = $5,
                 reported_version = $6, tags = $7, desired = $8, desired_metadata = $9,
                 reported = $10, reported_metadata = $11
WHERE hub = $1 AND device_id = $2 AND version = $12 RETURNING version)sql";

constexpr Sql kPutSession = R"sql(
INSERT INTO device_sessions (hub, device_id, updated_at, body)
SELECT $1, $2, $3, $4 WHERE EXISTS (SELECT 1 FROM devices WHERE hub = $1 AND id = $2)
ON CONFLICT (hub, device_id) DO UPDATE SET updated_at = excluded.updated_at, body = excluded.body
RETURNING updated_at)sql";
constexpr Sql kRemoveSession = "DELETE FROM device_sessions WHERE hub = $1 AND device_id = $2";

// Records of one node are ordered by themselves, whatever its clock does; between nodes the time
// decides.
constexpr Sql kPutConnection = R"sql(
INSERT INTO device_connections (hub, device_id, node, epoch, ordinal, changed_at, body, connected)
SELECT $1, $2, $3, $4, $5, $6, $7, $8
WHERE EXISTS (SELECT 1 FROM devices WHERE hub = $1 AND id = $2)
ON CONFLICT (hub, device_id) DO UPDATE
  SET node = excluded.node, epoch = excluded.epoch, ordinal = excluded.ordinal,
      changed_at = excluded.changed_at, body = excluded.body, connected = excluded.connected
  WHERE CASE WHEN device_connections.node = excluded.node
        THEN (device_connections.epoch, device_connections.ordinal)
             < (excluded.epoch, excluded.ordinal)
        ELSE device_connections.changed_at <= excluded.changed_at END)sql";

Result<std::optional<std::uint64_t>> first_number(Result<Cursor> row) {
  if (!row) return Fail(std::move(row).error());
  BERTH_TRY(const bool found, row->next());
  return found ? std::optional<std::uint64_t>(row->count(0)) : std::nullopt;
}

// The new version; none when there was nothing to insert or no twin of that version.
Result<std::optional<std::uint64_t>> write_twin(Connection& connection,
                                                const hub::TwinWrite& write) {
  const domain::Twin& twin = write.twin;
  if (write.expected_version == 0) {
    return first_number(connection.run(
        kInsertTwin, {Value(twin.hub.text()), Value(twin.device.text()), Value(twin.updated_at),
                      Value(twin.etag), Value(twin.desired.version), Value(twin.reported.version),
                      Value(twin.tags), Value(twin.desired.document), Value(twin.desired.metadata),
                      Value(twin.reported.document), Value(twin.reported.metadata)}));
  }
  return first_number(connection.run(
      kUpdateTwin,
      {Value(twin.hub.text()), Value(twin.device.text()), Value(twin.updated_at), Value(twin.etag),
       Value(twin.desired.version), Value(twin.reported.version), Value(twin.tags),
       Value(twin.desired.document), Value(twin.desired.metadata), Value(twin.reported.document),
       Value(twin.reported.metadata), Value(write.expected_version)}));
}

}  // namespace

Result<std::uint64_t> begin_epoch(Connection& connection, const std::string& node) {
  BERTH_TRY(const std::optional<std::uint64_t> epoch,
            first_number(connection.run(kBeginEpoch, {Value(node)})));
  if (epoch) return *epoch;
  return Fail(ErrorKind::kInternal, fmt::format("node '{}' has no epoch", node),
              "report this as a bug");
}

Result<std::uint64_t> put_twin(Connection& connection, const hub::TwinWrite& write) {
  const domain::Twin& twin = write.twin;
  BERTH_TRY(const std::optional<std::uint64_t> version, write_twin(connection, write));
  if (!version) {
    const Result<void> there = device_must_exist(connection, twin.hub, twin.device);
    if (!there) return Fail(there.error());
    return Fail(ErrorKind::kConflict,
                fmt::format("the twin of device '{}' was changed by another write",
                            base::printable(twin.device.text(), 128)),
                "read it again and decide again");
  }
  if (!write.audit) return *version;
  const Result<void> audited = append_audit(connection, *write.audit);
  if (!audited) return Fail(audited.error());
  return *version;
}

Result<void> put_session(Connection& connection, const hub::StoredSession& session) {
  BERTH_TRY(
      const bool written,
      connection.execute(kPutSession, {Value(session.hub.text()), Value(session.device.text()),
                                       Value(session.updated_at), Value(session_body(session))}));
  if (written) return {};
  Result<void> there = device_must_exist(connection, session.hub, session.device);
  if (!there) return there;
  return Fail(ErrorKind::kUnavailable, "the device was made again while its session was written",
              "try again");
}

Result<void> remove_session(Connection& connection, const HubName& hub, const DeviceId& device) {
  Result<bool> removed =
      connection.execute(kRemoveSession, {Value(hub.text()), Value(device.text())});
  if (!removed) return Fail(std::move(removed).error());
  return {};
}

Result<void> put_connection(Connection& connection, const hub::ConnectionRecord& record,
                            std::uint64_t ordinal) {
  Result<bool> written = connection.execute(
      kPutConnection, {Value(record.hub.text()), Value(record.device.text()), Value(record.node),
                       Value(record.epoch), Value(ordinal), Value(record.changed_at),
                       Value(connection_body(record)), Value(std::int64_t{record.connected})});
  if (!written) return Fail(std::move(written).error());
  return {};
}

}  // namespace berth::store::sql
