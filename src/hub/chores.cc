#include "hub/chores.h"

#include "base/log.h"
#include "hub/core.h"
#include "hub/watching.h"

#include <utility>

namespace berth::hub {
namespace {

constexpr std::chrono::seconds kSweepEvery{1};
// Of one kind, in one call: a fleet whose hub was changed is gone through over several.
constexpr std::size_t kPerCallMax = 1000;

// Whether the identity still may be connected with what it proved then.
bool still_good(Core& core, const Connection& connection,
                const std::optional<domain::Device>& device) {
  const HubTable::Entry hub = core.hubs.now()->find(connection.about.key.hub);
  return hub && device && device->enabled &&
         core.ports.authenticator.still_good(connection.about.credential, *hub, *device);
}

Task<void> look_again(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection) {
  const DeviceKey& key = connection->about.key;
  Result<Dossier> dossier = co_await core->ports.store.open_dossier(key.hub, key.device);
  if (!dossier) {
    core->to_look_at.add(connection);  // the store may answer next time
    co_return;
  }
  if (!still_good(*core, *connection, dossier->device)) {
    connection->end(domain::EndReason::kIdentityChanged);
  }
}

Task<void> drop_expired_records(std::shared_ptr<Core> core) {
  const TimePoint now = core->ports.clock.wall();
  Result<std::uint64_t> dropped = co_await core->ports.records.drop_expired(now, kPerCallMax);
  if (!dropped) log::warn("hub.records_not_dropped", {{"why", dropped.error().what}});
}

void end_expired(Core& core) {
  const TimePoint now = core.ports.clock.wall();
  const auto expired = [now](const Connection& connection) {
    return connection.about.expires_at && *connection.about.expires_at <= now;
  };
  for (const std::shared_ptr<Connection>& each : core.directory.select(expired)) {
    each->end(domain::EndReason::kProofExpired);
  }
}

}  // namespace

Task<void> do_chores(std::shared_ptr<Core> core) {
  Result<void> refreshed = co_await refresh_hubs(core);
  if (!refreshed) log::warn("hub.table_unread", {{"why", refreshed.error().what}});
  const std::vector<std::shared_ptr<Connection>> changed = core->to_look_at.take(kPerCallMax);
  for (const std::shared_ptr<Connection>& each : changed) co_await look_again(core, each);
  const std::vector<std::shared_ptr<Connection>> waiting = core->to_hand_out.take(kPerCallMax);
  for (const std::shared_ptr<Connection>& each : waiting) co_await hand_out_waiting(core, each);
  const Instant now = core->ports.clock.monotonic();
  if (now - core->swept_at < kSweepEvery) co_return;
  core->swept_at = now;
  end_expired(*core);
  co_await drop_expired(core);
  co_await drop_expired_records(core);
  co_await follow_control(core);
}

}  // namespace berth::hub
