// Data that devices publish as records, their properties, and what one device (or the account of a
// scope) may ask about others of its scope.
//
// A record is mutable, unlike an event: it can be overwritten, expires and is deleted. Of one
// publisher and channel there is one record for a time. Channels are levels joined by '/'; a mask
// is a channel in which '+' stands for one level and a last '#' for any number of them, none
// included. Properties are the reported section of the twin; a property that an operator desired
// later than it was reported has the desired value.
// Room domain. Texts come from the wire, bounded by the dialect but not validated: the hub does
// that. Thread rule: plain values.
#pragma once

#include "base/clock.h"
#include "base/secret.h"
#include "domain/ids.h"
#include "domain/records.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace berth::domain {

inline constexpr std::size_t kChannelBytesMax = 200;
inline constexpr std::size_t kRecordBytesMax = 200 * 1024;  // of Record::data
inline constexpr std::size_t kRecordsPerRequestMax = 1'000;

struct Record {
  ObjectId id;
  ScopeId scope;
  std::string publisher;  // device id, or the prefix and id of an account ("com-" + ObjectId)
  std::string channel;
  std::string data;  // JSON text
  TimePoint at;      // milliseconds count
  std::optional<TimePoint> expires_at;
  bool is_private = false;  // only its publisher and the account of the scope read it
};
inline constexpr std::string_view kAccountPrefix = "com-";

Result<void> validate_channel(std::string_view channel);
Result<void> validate_mask(std::string_view mask);
bool mask_matches(std::string_view mask, std::string_view channel);

// ---- what is asked

struct NewRecord {
  std::string channel;
  std::string data;                     // JSON text
  std::optional<TimePoint> at;          // none: now
  std::string of;                       // in whose name: a device id; empty: the caller's
  std::string id;                       // of a record to overwrite; empty: by channel and time
  std::optional<TimePoint> expires_at;  // overrides lifetime
  std::optional<std::chrono::milliseconds> lifetime;
  bool is_private = false;
};
struct PublishRecords {
  std::vector<NewRecord> records;  // all or none
};

// A time, or the id of a record that stands for its time.
using TimeOrRecord = std::variant<TimePoint, std::string>;

struct ValueTest {
  enum class Compare { kEqual, kLess, kLessEqual, kGreater, kGreaterEqual };
  Compare compare = Compare::kEqual;
  std::string value;  // JSON text
};
struct RecordFilter {
  std::string mask = "#";
  std::vector<std::string> of;         // publishers; empty: the caller and all it may read
  std::vector<std::string> ids;        // empty: any
  std::vector<TimePoint> at;           // exact; empty: any
  std::optional<TimeOrRecord> before;  // exclusive
  std::optional<TimeOrRecord> after;   // exclusive
  std::string field;                   // of the data that the tests are on ("a.b"); empty: the data
  std::vector<ValueTest> tests;
};
struct ReadRecords {
  RecordFilter filter;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> limit;  // none: 100; at most kRecordsPerRequestMax
};
// At least one of ids, at, before, after.
struct DeleteRecords {
  RecordFilter filter;
};
struct ListChannels {
  RecordFilter filter;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> limit;
};

// In these, an empty device is the caller.
struct DescribeDevice {
  std::string device;
};
enum class DeviceStatus { kOk, kDisabled, kMustRegister };
struct EditIdentity {
  std::string device;
  std::optional<std::string> display_name;
  std::optional<DeviceStatus> status;
  // Parts to change.
  std::optional<std::optional<std::vector<std::string>>> reads;
  std::optional<std::optional<std::vector<std::string>>> writes;
  std::optional<ControlAccess> control;
  std::optional<std::string> more_permissions;  // as DevicePermissions::more
  std::optional<std::string> property_links;
  std::vector<std::pair<std::string, std::string>> properties;  // as WriteProperties::values
};
struct ReadProperties {
  std::string device;
  std::string name;  // empty: all
};
// Each is written whole; empty text deletes it. `replaces`: all others are deleted.
struct WriteProperties {
  std::string device;
  std::vector<std::pair<std::string, std::string>> values;  // name, JSON text
  bool replaces = false;
};
// The caller, or with an account the named controller, no longer controls these; empty: any.
struct ReleaseControl {
  std::string controller;
  std::vector<std::string> devices;
};
// With registration, data, twin and messages; members may register again. Empty: the caller. Those
// that may not be removed are passed over.
struct RemoveIdentities {
  std::vector<std::string> devices;
};
// Accounts only.
struct CreatePrototype {
  std::string display_name;
  std::string serial;     // empty: made up
  SharedSecret password;  // null: the account's is good for it
  DevicePermissions permissions;
  std::vector<std::pair<std::string, std::string>> properties;
  std::string property_links;
};

using DataRequest = std::variant<PublishRecords, ReadRecords, DeleteRecords, ListChannels,
                                 DescribeDevice, EditIdentity, ReadProperties, WriteProperties,
                                 ReleaseControl, RemoveIdentities, CreatePrototype>;

// ---- what is answered

struct RecordsPublished {
  std::vector<ObjectId> ids;  // in the order of the request
};
struct RecordsRead {
  std::vector<Record> records;  // newest first
};
struct ChannelsListed {
  std::vector<std::string> channels;  // ordered
};
struct PropertiesRead {
  std::vector<std::pair<std::string, std::string>> values;  // name, JSON text; ordered by name
};
struct IdentityDescribed {
  Device device;
  std::optional<std::string> member;  // its name in the roster of device.group
  DeviceStatus status = DeviceStatus::kOk;
  PropertiesRead properties;
};
struct Counted {
  std::uint64_t count = 0;
};
struct PrototypeCreated {
  DeviceId device;
  SharedSecret password;  // null when the account's is good for it
};

}  // namespace berth::domain
