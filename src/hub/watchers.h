// Who wants to be told of records as they are published: an index by publisher and one by scope.
//
// Room hub. Owned by Core. Thread rule: any thread. Publishing takes no lock while nobody watches
// in a publisher's shard; else a shard's mutex is held for the copy of one pointer. Lists are
// immutable and replaced when somebody begins or ends. (The standard library's atomic shared_ptr
// is a lock inside, too, and one that ThreadSanitizer cannot see through.)
#pragma once

#include "domain/records.h"
#include "hub/connection.h"

#include <array>
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace berth::hub {

// One WatchRecords of a connection.
struct Watch {
  std::shared_ptr<Connection> connection;
  domain::Device device;  // the connection's, for what never changes: place, scope, role
  std::string filter;
  std::string of;  // empty: everything it may read
  std::string mask;

  // What it can read changes while it watches: what a controller controls.
  bool roams() const { return of.empty() && device.role == domain::DeviceRole::kController; }
};
using WatchPtr = std::shared_ptr<const Watch>;

class WatchIndex {
 public:
  using List = std::shared_ptr<const std::vector<WatchPtr>>;

  void add(const std::string& key, const WatchPtr& watch);
  void remove(const std::string& key, const WatchPtr& watch);
  // Null when there are none.
  List find(const std::string& key) const;

 private:
  static constexpr std::size_t kShards = 256;
  struct Shard {
    mutable std::mutex mutex;
    std::atomic<std::size_t> keys{0};
    std::unordered_map<std::string, List> lists;
  };
  Shard& shard(const std::string& key) { return shards_[std::hash<std::string>{}(key) % kShards]; }
  const Shard& shard(const std::string& key) const {
    return shards_[std::hash<std::string>{}(key) % kShards];
  }

  std::array<Shard, kShards> shards_;
};

class Watchers {
 public:
  // Of these publishers, and with `whole_scope` of all of its scope.
  void begin(const WatchPtr& watch, std::vector<std::string> publishers, bool whole_scope);
  // It watches these publishers from now on; nothing when it has ended.
  void follow(const WatchPtr& watch, std::vector<std::string> publishers);
  void end(const WatchPtr& watch);

  // Those that may have to be told; each once.
  std::vector<WatchPtr> of(const std::string& publisher, const domain::ScopeId& scope) const;
  // Some of those that roam, all in turn.
  std::vector<WatchPtr> roaming(std::size_t count_max);

 private:
  struct Place {
    std::vector<std::string> publishers;  // sorted
    bool whole_scope = false;
  };

  WatchIndex by_publisher_;
  WatchIndex by_scope_;
  std::mutex mutex_;  // of what follows; for those who begin and end only
  std::unordered_map<WatchPtr, Place> places_;
  std::deque<std::weak_ptr<const Watch>> roaming_;
};

}  // namespace berth::hub
