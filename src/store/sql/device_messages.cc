// The queues of messages for devices.
#include "store/sql/bodies.h"
#include "store/sql/device_rows.h"
#include "store/sql/history.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::store::sql {
namespace {

using domain::DeviceId;
using domain::HubName;
using domain::QueuedMessage;

constexpr Sql kInsert = R"sql(
INSERT INTO device_messages (hub, device_id, enqueued_at, expires_at, body)
SELECT $1, $2, $3, $4, $5
WHERE EXISTS (SELECT 1 FROM devices WHERE hub = $1 AND id = $2)
  AND (SELECT count(*) FROM device_messages
       WHERE hub = $1 AND device_id = $2 AND expires_at > $3) < $6
RETURNING sequence)sql";
constexpr Sql kWaiting = R"sql(
SELECT sequence, hub, device_id, enqueued_at, expires_at, body FROM device_messages
WHERE hub = $1 AND device_id = $2 AND sequence > $3 AND expires_at > $4
ORDER BY sequence LIMIT $5)sql";
constexpr Sql kSettle = R"sql(
DELETE FROM device_messages WHERE sequence = $3 AND hub = $1 AND device_id = $2
RETURNING sequence)sql";
constexpr Sql kAnyExpired = "SELECT 1 FROM device_messages WHERE expires_at <= $1 LIMIT 1";
constexpr Sql kTakeExpired = R"sql(
DELETE FROM device_messages WHERE sequence IN
  (SELECT sequence FROM device_messages WHERE expires_at <= $1
   ORDER BY expires_at, sequence LIMIT $2)
RETURNING sequence, hub, device_id, enqueued_at, expires_at, body)sql";

Result<QueuedMessage> message_row(const Cursor& row, int at) {
  QueuedMessage message;
  message.sequence = row.count(at);
  message.hub = HubName::trusted(row.string(at + 1));
  message.device = DeviceId::trusted(row.string(at + 2));
  message.enqueued_at = row.time(at + 3);
  message.expires_at = row.time(at + 4);
  return read_message(row.text(at + 5), std::move(message));
}

auto queue_full(const QueuedMessage& message, std::size_t depth_max) {
  return Fail(ErrorKind::kTooMany,
              fmt::format("{} messages wait for device '{}' already", depth_max,
                          base::printable(message.device.text(), 128)),
              "wait until the device has taken some of them");
}

}  // namespace

// Writers of one queue take turns: so none sees room that another is about to fill, and who reads
// "after that sequence" never misses one that was given out earlier and committed later.
Result<std::uint64_t> enqueue(Connection& connection, const hub::MessageWrite& write) {
  const QueuedMessage& message = write.message;
  const Result<void> turn =
      connection.lock(fmt::format("queue/{}/{}", message.hub.text(), message.device.text()));
  if (!turn) return Fail(turn.error());
  std::optional<std::uint64_t> sequence;
  {
    BERTH_TRY(Cursor row,
              connection.run(
                  kInsert, {Value(message.hub.text()), Value(message.device.text()),
                            Value(message.enqueued_at), Value(message.expires_at),
                            Value(message_body(message)), Value(std::uint64_t{write.depth_max})}));
    BERTH_TRY(const bool inserted, row.next());
    if (inserted) sequence = row.count(0);
  }
  if (!sequence) {
    const Result<void> there = device_must_exist(connection, message.hub, message.device);
    if (!there) return Fail(there.error());
    return queue_full(message, write.depth_max);
  }
  if (!write.audit) return *sequence;
  const Result<void> audited = append_audit(connection, *write.audit);
  if (!audited) return Fail(audited.error());
  return *sequence;
}

Result<std::vector<QueuedMessage>> read_waiting(Connection& connection, const QueueQuery& query) {
  BERTH_TRY(Cursor rows,
            connection.run(kWaiting,
                           {Value(query.hub.text()), Value(query.device.text()), Value(query.after),
                            Value(query.now), Value(std::uint64_t{query.count_max})}));
  return all_rows(rows, message_row);
}

Result<bool> settle(Connection& connection, const HubName& hub, const DeviceId& device,
                    std::uint64_t sequence) {
  return connection.execute(kSettle, {Value(hub.text()), Value(device.text()), Value(sequence)});
}

Result<bool> any_expired(Connection& connection, TimePoint now) {
  return connection.execute(kAnyExpired, {Value(now)});
}

Result<std::vector<QueuedMessage>> take_expired(Connection& connection, TimePoint now,
                                                std::size_t count_max) {
  BERTH_TRY(Cursor rows,
            connection.run(kTakeExpired, {Value(now), Value(std::uint64_t{count_max})}));
  BERTH_TRY(std::vector<QueuedMessage> taken, all_rows(rows, message_row));
  std::sort(taken.begin(), taken.end(),
            [](const QueuedMessage& a, const QueuedMessage& b) { return a.sequence < b.sequence; });
  return taken;
}

}  // namespace berth::store::sql
