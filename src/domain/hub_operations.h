// What a connected device asks of the hub, what it is answered, and what the hub tells it unasked.
// Dialects translate their vendor's packets into these and back.
//
// Room domain. Texts come from the wire, bounded by the dialect but not validated: the hub does
// that. Thread rule: plain values.
#pragma once

#include "domain/claim.h"
#include "domain/data.h"
#include "domain/message.h"
#include "domain/reason.h"
#include "domain/records.h"
#include "domain/twin.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace berth::domain {

// What a device can listen to.
enum class Channel { kMessages, kMethods, kDesired, kReplies };
std::string_view to_string(Channel channel);  // "messages", "methods", "desired", "replies"
std::optional<Channel> parse_channel(std::string_view text);

// A standing subscription. `filter` is the dialect's own text for it: kept, given back, compared,
// never understood.
struct Subscription {
  Channel channel = Channel::kMessages;
  std::uint8_t qos = 0;
  std::string filter;
  bool operator==(const Subscription&) const = default;
};

// ---- what a device asks

// The first command of a connection. A claim with a membership names a member of a group (an empty
// group: of any, and controllers and prototypes too) wherever it is, whatever the host; otherwise,
// in `claim`, registration_id is the device id, host the host name the device says it connects to
// (without port), scope stays empty; evidence's expected_audience is "<host>/devices/<id>".
struct ConnectDevice {
  Claim claim;
  std::string model_id;
  bool keeps_session = false;   // subscriptions outlive the connection
  std::optional<Message> will;  // becomes telemetry when the connection ends without Farewell
};
// Adds subscriptions, each replacing the one with its filter.
struct Subscribe {
  std::vector<Subscription> subscriptions;
};
struct Unsubscribe {
  std::vector<std::string> filters;
};
struct SendTelemetry {
  Message message;
  // A device bound to this one that the message is of; empty: it is of this one.
  std::string of_device = {};
};
struct ReadTwin {};
struct PatchReported {
  std::string patch;  // JSON text
  std::optional<std::uint64_t> base_version;
};
struct AnswerMethod {
  std::string request;  // CallMethod::request
  int status = 0;
  std::string payload;  // JSON text or empty
};
// Of a message that was delivered.
enum class Settlement { kComplete, kReject, kAbandon };
struct SettleMessage {
  std::uint64_t delivery = 0;
  Settlement settlement = Settlement::kComplete;
};
// The dialect ends the connection because the device broke a rule: leaves a trail that says which.
struct ReportMisuse {
  Reason reason = Reason::kTopicForbidden;
  std::string expected;
  std::string received;
  std::string of_device = {};  // another device's id, when the topic is that device's
};
// From now on this device may speak for the one that `claim` (with a membership) proves; its secret
// is the proof.
struct BindDevice {
  Claim claim;
};
struct UnbindDevice {
  std::string device;
};
struct ListBound {};
// The device leaves in good order: no will.
struct Farewell {};
// A request about data, properties or other devices. With a claim it stands alone and needs no
// ConnectDevice: the evidence is a Password of the device registration_id (kConnect), of an account
// (kAccount), or of the account of that device's scope (kAccount with an empty account name), which
// acts as the device. Without one it is the connected device's.
struct AskData {
  DataRequest request;
  std::optional<Claim> claim;
};
// From now on records that match come as DeliverRecord. The subscription's end is UnwatchRecords or
// the connection's.
struct WatchRecords {
  std::string filter;  // the dialect's own text for it, given back with each record
  std::string of;      // a device id; empty: everything it may read
  std::string mask;
};
struct UnwatchRecords {
  std::string filter;
};

using HubCommand =
    std::variant<ConnectDevice, Subscribe, Unsubscribe, SendTelemetry, ReadTwin, PatchReported,
                 AnswerMethod, SettleMessage, ReportMisuse, BindDevice, UnbindDevice, ListBound,
                 AskData, WatchRecords, UnwatchRecords, Farewell>;

// ---- what it is answered

struct DeviceConnected {
  HubName hub;
  std::string hub_host;
  DeviceId device;
  bool session_present = false;
  std::vector<Subscription> restored;        // of an earlier connection
  std::vector<TopicPermission> topics = {};  // what the device's group lets it use, if it has one
};
struct HubDone {};  // subscribed, stored, settled: durable where it has to be
struct TwinRead {
  Twin twin;
};
struct ReportedPatched {
  std::uint64_t version = 0;
};
struct BoundDevices {
  std::vector<DeviceId> devices;  // ordered
};
struct HubRefused {
  Reason reason = Reason::kInternal;
  std::string detail;       // for the developer of the device; no secret, nobody else's data
  std::string tracking_id;  // of the trail, or made up
  std::chrono::seconds retry_after{0};
  TimePoint at;
};
using HubResult = std::variant<DeviceConnected, HubDone, TwinRead, ReportedPatched, BoundDevices,
                               RecordsPublished, RecordsRead, ChannelsListed, PropertiesRead,
                               IdentityDescribed, Counted, PrototypeCreated, HubRefused>;

// ---- what the hub tells it unasked

struct DeliverMessage {
  std::uint64_t delivery = 0;  // for SettleMessage; of this connection only
  QueuedMessage message;
  bool redelivered = false;
};
struct CallMethod {
  std::string request;  // short lower-case hex, unique on this connection
  std::string method;
  std::string payload;  // JSON text, may be empty
};
struct DesiredChanged {
  std::uint64_t version = 0;
  std::string patch;  // JSON object text; null deletes
};
// A record that was published, for WatchRecords. Nobody acknowledges it.
struct DeliverRecord {
  std::string filter;
  Record record;
};
// The connection must end now. The device is told nothing but the close.
enum class EndReason { kTakenOver, kIdentityChanged, kProofExpired, kTooSlow, kStopping };
std::string_view to_string(EndReason reason);  // "taken_over"
struct EndConnection {
  EndReason reason = EndReason::kStopping;
};
using HubEvent =
    std::variant<DeliverMessage, CallMethod, DesiredChanged, DeliverRecord, EndConnection>;

}  // namespace berth::domain
