// The bounded, durable log of a hub's events: partitions by device, read from any position by
// several readers at once. Implemented in store/.
//
// Room hub/ports. Errors: kUnavailable (closing, or the disk is full: nothing was kept), kNotFound
// (no such hub), kInvalid (a cursor that is none). A record that is damaged is never served:
// readers go on behind it and are told of the gap. Thread rule: called from any io_context; the
// Task completes on the caller's executor.
#pragma once

#include "base/task.h"
#include "domain/message.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::hub {

struct LoggedEvent {
  domain::EventPosition position;
  domain::Event event;
};

struct EventQuery {
  domain::HubName hub;
  // Opaque: where a batch before ended. Empty: from the oldest event on; kFromNow: from now on.
  std::string cursor;
  std::optional<domain::DeviceId> device;  // only its events
  std::size_t count_max = 100;             // 1..1000
  // Waits up to so long for the first event when there is none.
  std::chrono::milliseconds wait{0};
};
inline constexpr std::string_view kFromNow = "now";

struct EventBatch {
  std::vector<LoggedEvent> events;  // ordered within a partition
  std::string cursor;               // for the next query; also when there are no events
  bool gap = false;                 // events between the cursor and these are gone
};

// Hears of events as they become durable, to pass them on. Called on a thread of the log, must not
// block.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void stored(const LoggedEvent& event) = 0;
};

class TelemetryLog {
 public:
  virtual ~TelemetryLog() = default;
  // Where it was put; on disk when the Task completes. Several appends share one sync.
  virtual Task<Result<domain::EventPosition>> append(std::unique_ptr<domain::Event> event) = 0;
  // Events that came together, at less cost than one by one: kept one behind the other in their
  // order, each with an answer of its own.
  virtual Task<std::vector<Result<domain::EventPosition>>> append_all(
      std::vector<domain::Event> events) = 0;
  // As append, but nobody waits; trouble is logged.
  virtual void append_detached(std::unique_ptr<domain::Event> event) = 0;
  virtual Task<Result<EventBatch>> read(EventQuery query) = 0;
  // Drops everything of a hub that was deleted.
  virtual Task<Result<void>> forget(domain::HubName hub) = 0;
};

}  // namespace berth::hub
