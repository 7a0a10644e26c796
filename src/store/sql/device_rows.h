// The units of work of the hub: what a connection reads in one go, twins, sessions, connection
// records, and the queues of messages for devices.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again; see
// hub/ports/device_store.h for what each promises. Functions that note "one statement" may run
// outside a transaction (Lane::kRead); the others need one.
// Thread rule: the thread of the connection.
#pragma once

#include "hub/ports/device_store.h"
#include "store/sql/connection.h"

namespace berth::store::sql {

Result<std::uint64_t> begin_epoch(Connection& connection, const std::string& node);
// One statement; for a device with certificates one or two more, for what they hang on.
Result<hub::Dossier> read_device_dossier(Connection& connection, const domain::HubName& hub,
                                         const domain::DeviceId& device);

// Likewise.
Result<hub::Dossier> read_member_dossier(Connection& connection, const domain::DeviceId& device);
// kPreconditionFailed: the identity is not of that version, or not there.
Result<void> activate(Connection& connection, const domain::HubName& hub,
                      const domain::DeviceId& device, std::uint64_t version, TimePoint at);

Result<void> bind_device(Connection& connection, const hub::Binding& binding);
Result<void> unbind_device(Connection& connection, const hub::Binding& binding);
// One statement.
Result<std::vector<hub::Binding>> read_bound(Connection& connection, const domain::HubName& hub,
                                             const domain::DeviceId& gateway);

// One statement.
Result<std::optional<domain::Twin>> read_twin(Connection& connection, const domain::HubName& hub,
                                              const domain::DeviceId& device);
Result<std::uint64_t> put_twin(Connection& connection, const hub::TwinWrite& write);

Result<void> put_session(Connection& connection, const hub::StoredSession& session);
Result<void> remove_session(Connection& connection, const domain::HubName& hub,
                            const domain::DeviceId& device);

// Of two records of one epoch the one with the higher ordinal stays, in whatever order they come.
// Nothing is written without the device.
Result<void> put_connection(Connection& connection, const hub::ConnectionRecord& record,
                            std::uint64_t ordinal);
// One statement.
Result<std::optional<hub::ConnectionRecord>> read_connection(Connection& connection,
                                                             const domain::HubName& hub,
                                                             const domain::DeviceId& device);

Result<std::uint64_t> enqueue(Connection& connection, const hub::MessageWrite& write);

struct QueueQuery {
  domain::HubName hub;
  domain::DeviceId device;
  std::uint64_t after = 0;
  TimePoint now;
  std::size_t count_max = 0;
};
// One statement.
Result<std::vector<domain::QueuedMessage>> read_waiting(Connection& connection,
                                                        const QueueQuery& query);
Result<bool> settle(Connection& connection, const domain::HubName& hub,
                    const domain::DeviceId& device, std::uint64_t sequence);
// One statement.
Result<bool> any_expired(Connection& connection, TimePoint now);
Result<std::vector<domain::QueuedMessage>> take_expired(Connection& connection, TimePoint now,
                                                        std::size_t count_max);

// kNotFound without the device; one statement. For writes that found nothing to write to.
Result<void> device_must_exist(Connection& connection, const domain::HubName& hub,
                               const domain::DeviceId& device);

}  // namespace berth::store::sql
