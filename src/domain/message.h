// Messages between devices and the hub, and the events the hub keeps of them.
//
// Room domain. The system properties have the meanings of azure-iot-hub.md §2.4 in neutral words; a
// dialect fills what its vendor has. A body is bytes, never interpreted here.
// Thread rule: plain values.
#pragma once

#include "base/clock.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::domain {

// An application property. A property without a value is not an empty one.
struct Property {
  std::string name;
  std::optional<std::string> value;
  bool operator==(const Property&) const = default;
};

struct Message {
  std::string id;
  std::string correlation_id;
  std::string user_id;
  std::string to;
  std::string content_type;
  std::string content_encoding;
  std::string component;     // the part of the device it speaks of
  std::string interface_id;  // the model of that part
  std::string created_at;    // as the sender wrote it
  std::string expires_at;    // as the sender wrote it
  std::vector<Property> properties;
  std::string body;
  bool operator==(const Message&) const = default;
};
// What the size limits count: the body, the values of system properties, and both sides of
// application properties, in bytes (azure-iot-hub.md §7).
std::size_t size_of(const Message& message);

inline constexpr std::size_t kDeviceMessageBytesMax = 256 * 1024;
inline constexpr std::size_t kQueuedMessageBytesMax = 64 * 1024;

// What an event is about.
enum class EventKind { kTelemetry, kFeedback };
std::string_view to_string(EventKind kind);  // "telemetry", "feedback"
std::optional<EventKind> parse_event_kind(std::string_view text);

// One entry of a hub's event log.
struct Event {
  HubName hub;
  DeviceId device;
  EventKind kind = EventKind::kTelemetry;
  TimePoint enqueued_at;  // when the hub took it
  std::string model_id;   // what the device said it is, may be empty
  Message message;
  // Of the device, for those who hear of the event as it happens; not kept in the log. Empty where
  // it is not known.
  ScopeId scope = {};
};

// Where an event is. Sequences of one partition ascend, with gaps only where events were lost to
// retention or damage.
struct EventPosition {
  std::uint32_t partition = 0;
  std::uint64_t sequence = 0;
};
struct StoredEvent {
  EventPosition position;
  Event event;
};

// A message for a device, as its queue keeps it until the device settles it or it expires.
enum class FeedbackWanted { kNone, kPositive, kNegative, kFull };
std::string_view to_string(FeedbackWanted wanted);  // "none", "positive", "negative", "full"
std::optional<FeedbackWanted> parse_feedback_wanted(std::string_view text);

struct QueuedMessage {
  HubName hub;
  DeviceId device;
  std::uint64_t sequence = 0;  // set by the store, ascending in a queue
  Message message;
  FeedbackWanted feedback = FeedbackWanted::kNone;
  TimePoint enqueued_at;
  TimePoint expires_at;
};

}  // namespace berth::domain
