// What the parts of the hub share: the ports, the tables, the counters and the work that waits for
// the next chores.
//
// Room hub. Owned by Hub and by every Attachment. Thread rule: any thread; each member says how.
#pragma once

#include "hub/connection.h"
#include "hub/deliveries.h"
#include "hub/directory.h"
#include "hub/hub.h"
#include "hub/hub_table.h"
#include "hub/methods.h"
#include "hub/record_times.h"
#include "hub/turns.h"
#include "hub/watchers.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace berth::hub {

// How long a change of a device waits for the changes before it.
inline constexpr std::chrono::seconds kTurnWaitMax{30};
// How often a change is decided anew because another server got in between.
inline constexpr int kRoundsMax = 8;
inline constexpr std::size_t kEventsPerReadMax = 1000;

struct Counters {
  std::atomic<std::uint64_t> connects{0};
  std::atomic<std::uint64_t> connects_refused{0};
  std::atomic<std::uint64_t> taken_over{0};
  std::atomic<std::uint64_t> messages_in{0};
  std::atomic<std::uint64_t> bytes_in{0};
  std::atomic<std::uint64_t> messages_out{0};
  std::atomic<std::uint64_t> methods_called{0};
  std::atomic<std::uint64_t> twin_reads{0};
  std::atomic<std::uint64_t> twin_writes{0};
  std::atomic<std::uint64_t> events_dropped{0};
};

// Connections that the next chores look at.
class WorkList {
 public:
  void add(std::weak_ptr<Connection> connection);
  // The first of them that still are.
  std::vector<std::shared_ptr<Connection>> take(std::size_t count_max);

 private:
  std::atomic<bool> any_{false};
  std::mutex mutex_;
  std::deque<std::weak_ptr<Connection>> connections_;
};

// Failed connections of each source address.
class FailureBudget {
 public:
  explicit FailureBudget(SourceBudget::Limits limits) : budget_(limits) {}
  // Counts a failure. How long the source has to wait when it has had too many; else zero.
  std::chrono::seconds failed(const std::string& source, Instant now);
  bool exhausted(const std::string& source, Instant now) const;

 private:
  mutable std::mutex mutex_;
  SourceBudget budget_;
};

struct Core {
  Core(Ports given, Settings set);

  ConnectionRecord record_of(const Connection& connection, bool connected) const;

  const Ports ports;
  const Settings settings;
  std::uint64_t epoch = 0;  // with started_at, set once before the first connection
  TimePoint started_at;
  std::atomic<bool> stopping{false};
  Counters count;
  HubTable hubs;
  Directory directory;
  Turns turns;
  Arrivals arrivals;
  Unsettled unsettled;
  Watchers watchers;
  RecordTimes record_times;
  FailureBudget failures;
  WorkList to_look_at;                          // their identity may have changed
  std::atomic<std::uint64_t> trust_changes{0};  // of certificates, in any scope
  WorkList to_hand_out;                         // messages wait for them
  Instant swept_at;                             // of the chores alone
};

// A refusal that leaves no trail.
domain::HubRefused refusal(Core& core, domain::Reason reason, std::string detail);
// Trouble with the store or the log, told to a device.
domain::HubRefused refusal_of(Core& core, const Error& error);
// kNotFound.
Error no_such_device(const DeviceKey& key);
Error no_such_hub(const domain::HubName& hub);

}  // namespace berth::hub
