// What callers see, handed to the part that does it.
#include "hub/hub.h"

#include "hub/ask.h"
#include "hub/chores.h"
#include "hub/connect.h"
#include "hub/core.h"
#include "hub/keying.h"
#include "hub/twins.h"

#include <utility>

namespace berth::hub {

Hub::Hub(Ports ports, Settings settings)
    : core_(std::make_shared<Core>(ports, std::move(settings))) {}
Hub::~Hub() = default;

Task<Result<void>> Hub::start() {
  const std::shared_ptr<Core> core = core_;
  Result<std::uint64_t> epoch = co_await core->ports.store.begin_epoch(core->settings.node);
  if (!epoch) co_return Fail(std::move(epoch).error());
  core->epoch = *epoch;
  core->started_at = core->ports.clock.wall();
  Result<void> read = co_await refresh_hubs(core);
  co_return read;
}

Task<domain::HubResult> Hub::ask(domain::AskData command) {
  return hub::ask(core_, std::move(command));
}

Task<Attached> Hub::connect(domain::ConnectDevice command, std::shared_ptr<Subscriber> subscriber) {
  return hub::connect(core_, std::move(command), std::move(subscriber));
}

Task<std::optional<SharedKey>> Hub::shared_key(std::string source, std::string identity) {
  return hub::shared_key(core_, std::move(source), std::move(identity));
}

Task<void> Hub::keying_failed(domain::Claim claim, bool found) {
  return hub::keying_failed(core_, std::move(claim), found);
}

Task<void> Hub::do_chores() { return hub::do_chores(core_); }

void Hub::stop() { core_->stopping = true; }

Stats Hub::stats() const {
  const Counters& count = core_->count;
  Stats stats;
  stats.connected = core_->directory.size();
  stats.connects = count.connects;
  stats.connects_refused = count.connects_refused;
  stats.taken_over = count.taken_over;
  stats.messages_in = count.messages_in;
  stats.bytes_in = count.bytes_in;
  stats.messages_out = count.messages_out;
  stats.methods_called = count.methods_called;
  stats.twin_reads = count.twin_reads;
  stats.twin_writes = count.twin_writes;
  stats.events_dropped = count.events_dropped;
  return stats;
}

Task<Result<domain::Twin>> Hub::read_twin(domain::HubName hub, domain::DeviceId device) {
  const std::shared_ptr<Core> core = core_;
  const DeviceKey key{std::move(hub), std::move(device)};
  Result<domain::Twin> twin = co_await load_twin(core, key);
  if (twin) ++core->count.twin_reads;
  co_return twin;
}

Task<Result<domain::Twin>> Hub::update_twin(std::unique_ptr<TwinUpdate> update) {
  return hub::update_twin(core_, std::move(update));
}

Task<Result<MethodAnswer>> Hub::call_method(std::unique_ptr<MethodCall> call) {
  return hub::call_method(core_, std::move(call));
}

Task<Result<domain::QueuedMessage>> Hub::send(std::unique_ptr<MessageToDevice> message) {
  return hub::send(core_, std::move(message));
}

Task<Result<EventBatch>> Hub::read_events(EventQuery query) {
  const std::shared_ptr<Core> core = core_;
  if (query.count_max < 1 || query.count_max > kEventsPerReadMax) {
    co_return Fail(ErrorKind::kInvalid, "1..1000 events are read at a time");
  }
  Result<void> refreshed = co_await refresh_hubs(core);
  if (!refreshed) co_return Fail(std::move(refreshed).error());
  if (!core->hubs.now()->find(query.hub)) co_return Fail(no_such_hub(query.hub));
  Result<EventBatch> batch = co_await core->ports.log.read(std::move(query));
  co_return batch;
}

Task<Result<std::optional<ConnectionRecord>>> Hub::connection(domain::HubName hub,
                                                              domain::DeviceId device) {
  const std::shared_ptr<Core> core = core_;
  // Records are written a little later; of its own connections this server knows better.
  const std::shared_ptr<Connection> live = core->directory.find({hub, device});
  if (live) co_return core->record_of(*live, true);
  Result<std::optional<ConnectionRecord>> record =
      co_await core->ports.store.get_connection(hub, device);
  if (record && *record && (*record)->node == core->settings.node) (*record)->connected = false;
  co_return record;
}

void Hub::identity_changed(const domain::HubName& hub, const domain::DeviceId& device) {
  const std::shared_ptr<Connection> connection = core_->directory.reach({hub, device});
  if (connection) core_->to_look_at.add(connection);
}

void Hub::trust_changed(const domain::ScopeId& scope) {
  ++core_->trust_changes;  // before the look round: who comes in now looks at itself
  const auto concerned = [&scope](const Connection& connection) {
    return connection.about.scope == scope && !connection.about.certificates.empty();
  };
  for (const std::shared_ptr<Connection>& each : core_->directory.select(concerned)) {
    core_->to_look_at.add(each);
  }
}

void Hub::hubs_changed() { core_->hubs.mark_stale(); }

}  // namespace berth::hub
