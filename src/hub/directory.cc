#include "hub/directory.h"

#include "hub/connection.h"

#include <utility>

namespace berth::hub {

std::uint64_t Directory::changes(const domain::DeviceId& device) const {
  const Shard& in = shards_[place(device)];
  const std::lock_guard lock(in.mutex);
  return in.changes;
}

Directory::Entered Directory::enter(const std::shared_ptr<Connection>& connection,
                                    std::uint64_t changes_before) {
  Shard& in = shard(connection->about.key);
  Entered entered;
  const std::lock_guard lock(in.mutex);
  std::shared_ptr<Connection>& place = in.connections[connection->about.key];
  entered.older = std::exchange(place, connection);
  entered.changed = in.changes != changes_before;
  note_(*connection, true);
  return entered;
}

bool Directory::leave(const Connection& connection) {
  Shard& in = shard(connection.about.key);
  std::shared_ptr<Connection> gone;  // let go of after the lock
  const std::lock_guard lock(in.mutex);
  const auto found = in.connections.find(connection.about.key);
  if (found == in.connections.end() || found->second.get() != &connection) return false;
  gone = std::move(found->second);
  in.connections.erase(found);
  note_(connection, false);
  return true;
}

std::shared_ptr<Connection> Directory::find(const DeviceKey& key) const {
  const Shard& in = shard(key);
  const std::lock_guard lock(in.mutex);
  const auto found = in.connections.find(key);
  if (found == in.connections.end() || found->second->ended()) return nullptr;
  return found->second;
}

std::shared_ptr<Connection> Directory::reach(const DeviceKey& key) {
  Shard& in = shard(key);
  const std::lock_guard lock(in.mutex);
  ++in.changes;
  const auto found = in.connections.find(key);
  if (found == in.connections.end() || found->second->ended()) return nullptr;
  return found->second;
}

std::vector<std::shared_ptr<Connection>> Directory::select(const Predicate& wanted) const {
  std::vector<std::shared_ptr<Connection>> selected;
  for (const Shard& each : shards_) {
    const std::lock_guard lock(each.mutex);
    for (const auto& [key, connection] : each.connections) {
      if (wanted(*connection)) selected.push_back(connection);
    }
  }
  return selected;
}

std::size_t Directory::size() const {
  std::size_t size = 0;
  for (const Shard& each : shards_) {
    const std::lock_guard lock(each.mutex);
    size += each.connections.size();
  }
  return size;
}

}  // namespace berth::hub
