#include "hub/chores.h"

#include "base/log.h"
#include "hub/callers.h"
#include "hub/core.h"
#include "hub/watching.h"

#include <utility>

namespace berth::hub {
namespace {

constexpr std::chrono::seconds kSweepEvery{1};
// Of one kind, in one call: a fleet whose hub was changed is gone through over several.
constexpr std::size_t kPerCallMax = 1000;

// Whether the identity still may be connected with what it proved then.
bool still_good(Core& core, const Connection& connection, const Dossier& dossier) {
  const HubTable::Entry hub = core.hubs.now()->find(connection.about.key.hub);
  const std::optional<domain::Device>& device = dossier.device;
  return hub && device && device->enabled &&
         core.ports.authenticator.still_good(
             {connection.about.proof, connection.about.credential, connection.about.expires_at,
              connection.about.certificates},
             *hub, {*device, dossier.authorities, dossier.enrollment_enabled});
}

Task<void> look_again(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection) {
  const DeviceKey& key = connection->about.key;
  Result<Dossier> dossier = co_await core->ports.store.open_dossier(key.hub, key.device);
  if (!dossier) {
    core->to_look_at.add(connection);  // the store may answer next time
    co_return;
  }
  if (!still_good(*core, *connection, *dossier)) {
    connection->end(domain::EndReason::kIdentityChanged);
    co_return;
  }
  if (connection->about.certificates.empty()) co_return;
  Result<void, Rejection> good =
      co_await check_revoked(core, connection->about.scope, connection->about.certificates);
  if (good) co_return;
  if (good.error().reason == domain::Reason::kCertificateRevoked) {
    connection->end(domain::EndReason::kIdentityChanged);
  } else {
    core->to_look_at.add(connection);
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
