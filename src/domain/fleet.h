// The fleet as people look at it: one line for each device, whether it was only listed, has
// registered or is connected; what happened lately; and what happens now.
//
// Room domain. Thread rule: plain values.
#pragma once

#include "domain/hub_operations.h"
#include "domain/paging.h"
#include "domain/records.h"
#include "domain/trail.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace berth::domain {

// "registered": an individual enrollment or a line of a roster that nobody has used yet; "waiting"
// and "blocked" as Registration::approval says; "identity": made at a hub by hand; else the words
// of RegistrationStatus.
enum class FleetStatus {
  kRegistered,
  kWaiting,
  kBlocked,
  kUnassigned,
  kAssigning,
  kAssigned,
  kFailed,
  kDisabled,
  kIdentity,
};
std::string_view to_string(FleetStatus status);
std::optional<FleetStatus> parse_fleet_status(std::string_view text);

struct FleetRow {
  ScopeId scope;
  std::string id;  // registration id; of an identity made by hand the device id
  std::string display_name;
  std::optional<EnrollmentRef> enrollment;
  FleetStatus status = FleetStatus::kRegistered;
  Reason reason = Reason::kNone;
  HubName hub;         // empty: none
  DeviceId device_id;  // as hub
  std::string model;
  std::string template_id;
  bool enabled = true;
  std::optional<bool> connected;  // none: it never was
  std::optional<TimePoint> connection_changed_at;
  std::optional<TimePoint> registered_at;
  TimePoint updated_at;
};

enum class FleetOrder { kId, kIdDown, kUpdated, kUpdatedDown };
std::string_view to_string(FleetOrder order);  // "id", "-id", "updatedAt", "-updatedAt"
std::optional<FleetOrder> parse_fleet_order(std::string_view text);

struct FindDevices {
  std::string scope;  // empty: all (a limited token: its own)
  std::string query;  // part of id, device id or display name, without case; empty: all
  std::optional<FleetStatus> status;
  std::string hub;
  std::string template_id;
  std::string enrollment;  // id of an enrollment or a group
  std::optional<bool> connected;
  FleetOrder order = FleetOrder::kId;
  Page page;
};

struct GetOverview {
  std::string scope;
  std::uint32_t hours = 24;  // 1..168
};
struct AttemptsAt {
  TimePoint at;  // start of the bucket
  std::uint64_t assigned = 0;
  std::uint64_t refused = 0;
  std::uint64_t failed = 0;
};
struct ReasonCount {
  Reason reason = Reason::kNone;
  std::uint64_t count = 0;
};
struct Overview {
  TimePoint from;
  TimePoint to;
  std::chrono::seconds bucket{3600};
  std::vector<AttemptsAt> attempts;  // one for each bucket, also empty ones
  std::vector<ReasonCount> reasons;  // most first
  std::uint64_t device_count = 0;    // registrations
  std::uint64_t connected_count = 0;
  std::uint64_t waiting_count = 0;
};

// Hear what happens from now on, until the connection ends.
struct FollowLive {
  std::string scope;   // empty: all (a limited token: its own)
  std::string hub;     // empty: all
  std::string device;  // registration or device id; empty: all
};
// The answer: what may be told.
struct Following {
  FollowLive filter;
  std::optional<TimePoint> until;  // when the session or token ends
  std::string who = {};            // "token:<id>", "operator:<name>": to count by
};
struct ConnectionNews {
  HubName hub;
  DeviceId device;
  ScopeId scope;
  bool connected = false;
  TimePoint at;
};
// One thing that happened. A trail comes without its steps.
struct LiveEvent {
  std::variant<Trail, StoredEvent, ConnectionNews> what;
};
// Nothing for a while: keeps the connection alive.
struct LiveBeat {};
// The end: the session is over, or what happened could not be told fast enough.
struct LiveEnd {
  std::string why;
};
using LiveNews = std::variant<LiveEvent, LiveBeat, LiveEnd>;

}  // namespace berth::domain
