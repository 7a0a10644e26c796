// The hubs by name and by host name, as last read from the store. Several hubs may share a host
// name; the one that has the device serves it.
//
// Room hub. Thread rule: any thread; snapshots are immutable and swapped under a short lock.
#pragma once

#include "base/task.h"
#include "domain/records.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace berth::hub {

struct Core;

class HubTable {
 public:
  using Entry = std::shared_ptr<const domain::Hub>;
  struct Snapshot {
    std::map<domain::HubName, Entry> by_name;
    std::unordered_map<std::string, std::vector<Entry>> by_host;  // in the order of their names

    Entry find(const domain::HubName& name) const;
    // As the device wrote it: any case, with or without a port.
    std::vector<Entry> at_host(std::string_view host) const;
  };

  std::shared_ptr<const Snapshot> now() const;
  void install(std::vector<domain::Hub> hubs, std::uint64_t generation);

  void mark_stale() { ++wanted_; }
  bool stale() const { return wanted_ != read_; }
  // To be asked before the hubs are read, and given to install().
  std::uint64_t generation() const { return wanted_; }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> snapshot_ = std::make_shared<Snapshot>();
  std::atomic<std::uint64_t> wanted_{1};
  std::atomic<std::uint64_t> read_{0};
};

// Reads the hubs again if they changed. Connections to hubs that are gone or whose policies changed
// are looked at again; the events of a hub that is gone are dropped.
Task<Result<void>> refresh_hubs(std::shared_ptr<Core> core);

}  // namespace berth::hub
