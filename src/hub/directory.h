// Who is connected: the live connection of each device. A device has one; a new one takes over from
// the older, and the older one's late end never touches the newer.
//
// Room hub. Owns a share of each connection. Thread rule: any thread; a mutex a shard, held for a
// few instructions. Whoever looks for a device that is just connecting changes it: such a miss is
// counted, and enter() says that something was missed, so that the newcomer is looked at again.
#pragma once

#include "hub/device_key.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace berth::hub {

class Connection;

class Directory {
 public:
  // Called under the shard's lock, so that the notes of a device come in the order of its
  // connections; must not block.
  using Note = std::function<void(const Connection&, bool connected)>;
  explicit Directory(Note note) : note_(std::move(note)) {}

  // To be asked before the device's records are read, and given to enter(). The hub may be unknown.
  std::uint64_t changes(const domain::DeviceId& device) const;

  struct Entered {
    std::shared_ptr<Connection> older;  // the caller ends it
    bool changed = false;               // its records may have changed since they were read
  };
  Entered enter(const std::shared_ptr<Connection>& connection, std::uint64_t changes_before);
  // False when a newer connection has its place.
  bool leave(const Connection& connection);

  // The device's connection, unless it is ending.
  std::shared_ptr<Connection> find(const DeviceKey& key) const;
  // The same for those who have just changed something of the device.
  std::shared_ptr<Connection> reach(const DeviceKey& key);

  using Predicate = std::function<bool(const Connection&)>;
  std::vector<std::shared_ptr<Connection>> select(const Predicate& wanted) const;
  std::size_t size() const;

 private:
  static constexpr std::size_t kShards = 64;
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<DeviceKey, std::shared_ptr<Connection>, DeviceKeyHash> connections;
    std::uint64_t changes = 0;
  };
  // By the device's id alone, so that changes() can be asked before its hub is known.
  static std::size_t place(const domain::DeviceId& device) {
    return std::hash<std::string>{}(device.text()) % kShards;
  }
  Shard& shard(const DeviceKey& key) { return shards_[place(key.device)]; }
  const Shard& shard(const DeviceKey& key) const { return shards_[place(key.device)]; }

  const Note note_;
  std::array<Shard, kShards> shards_;
};

}  // namespace berth::hub
