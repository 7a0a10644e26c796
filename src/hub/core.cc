#include "hub/core.h"

#include <fmt/format.h>

#include <utility>

namespace berth::hub {

void WorkList::add(std::weak_ptr<Connection> connection) {
  const std::lock_guard lock(mutex_);
  connections_.push_back(std::move(connection));
  any_ = true;
}

std::vector<std::shared_ptr<Connection>> WorkList::take(std::size_t count_max) {
  std::vector<std::shared_ptr<Connection>> taken;
  if (!any_) return taken;
  const std::lock_guard lock(mutex_);
  while (!connections_.empty() && taken.size() < count_max) {
    std::shared_ptr<Connection> connection = connections_.front().lock();
    connections_.pop_front();
    if (connection && !connection->ended()) taken.push_back(std::move(connection));
  }
  any_ = !connections_.empty();
  return taken;
}

bool FailureBudget::exhausted(const std::string& source, Instant now) const {
  const std::lock_guard lock(mutex_);
  return budget_.exhausted(source, now);
}

std::chrono::seconds FailureBudget::failed(const std::string& source, Instant now) {
  const std::lock_guard lock(mutex_);
  const bool exhausted = budget_.exhausted(source, now);
  budget_.failed(source, now);
  return exhausted ? budget_.wait(source, now) : std::chrono::seconds(0);
}

Core::Core(Ports given, Settings set)
    : ports(given),
      settings(std::move(set)),
      directory([this](const Connection& connection, bool connected) {
        ConnectionRecord record = record_of(connection, connected);
        if (ports.connections != nullptr) {
          ports.connections->connection_changed(
              {record.hub, record.device, connection.about.scope, connected, record.changed_at});
        }
        ports.store.note_connection(std::move(record));
      }),
      turns(given.waiting),
      failures(settings.failures) {}

ConnectionRecord Core::record_of(const Connection& connection, bool connected) const {
  const Connection::About& about = connection.about;
  const TimePoint at = connected ? about.since : ports.clock.wall();
  return {about.key.hub, about.key.device, settings.node, epoch, connected, at,
          about.dialect, about.transport,  about.source};
}

domain::HubRefused refusal(Core& core, domain::Reason reason, std::string detail) {
  return {reason, std::move(detail), core.ports.rng.uuid(), {}, core.ports.clock.wall()};
}

domain::HubRefused refusal_of(Core& core, const Error& error) {
  if (error.kind == ErrorKind::kNotFound) {
    return refusal(core, domain::Reason::kDeviceUnknown, "the device was deleted");
  }
  if (error.kind == ErrorKind::kInternal) {
    return refusal(core, domain::Reason::kInternal, "the server could not do this");
  }
  domain::HubRefused refused =
      refusal(core, domain::Reason::kStoreUnavailable, "the server cannot keep this now");
  refused.retry_after = std::chrono::seconds(1);
  return refused;
}

Error no_such_device(const DeviceKey& key) {
  return {ErrorKind::kNotFound,
          fmt::format("hub '{}' has no device '{}'", key.hub.text(), key.device.text()),
          "check the spelling: device ids are case-sensitive"};
}

Error no_such_hub(const domain::HubName& hub) {
  return {ErrorKind::kNotFound, fmt::format("there is no hub '{}'", hub.text()), {}};
}

}  // namespace berth::hub
