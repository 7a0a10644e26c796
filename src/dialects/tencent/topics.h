// The topics of a device (tencent.md §7.6): "<pid>/<dn>/<topic>" of its own, and the `$` topics of
// the vendor's features, each with one prefix up and one down.
//
// Room dialects/tencent. Views point into what was read. Thread rule: pure functions.
#pragma once

#include "domain/hub_operations.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace berth::dialects::tencent {

// A device as topics name it.
struct DeviceName {
  std::string_view product;
  std::string_view name;

  // The id under which hubs know it.
  std::string id() const;
  bool operator==(const DeviceName&) const = default;
};
// Of an id, which must outlive it. Nothing when it is too short for one.
std::optional<DeviceName> device_name_of(std::string_view id);

enum class Feature {
  kOwn,       // telemetry and messages
  kSystem,    // "$sys": the time
  kShadow,    // "$shadow"
  kTemplate,  // "$template": the same, before there was "$thing"
  kProperty,  // "$thing": properties, events, actions of the data template
  kEvent,
  kAction,
  kService,
  kRaw,
  kOta,
  kConfig,
  kConfigOld,  // "$config" as older clients name it
  kRpc,        // "$rrpc", with an id at the end
  kGateway,
  kLog,
  kBroadcast,  // down only
};

// What a device publishes to.
struct Uplink {
  Feature feature = Feature::kOwn;
  DeviceName device;
  std::string_view rest;  // of kOwn: what follows the device; of kRpc: the id
};
// Nothing when it is none of them.
std::optional<Uplink> parse_uplink(std::string_view topic);

// What a device subscribes to; `rest` may have wildcards with kOwn and is one with kRpc.
struct Downlink {
  Feature feature = Feature::kOwn;
  DeviceName device;
  std::string_view rest;
};
std::optional<Downlink> parse_filter(std::string_view filter);
domain::Channel channel_of(Feature feature);

// "$thing/up/event": the topic's prefix without the device; empty for kOwn and kBroadcast.
std::string_view uplink_name(Feature feature);
// The topic for the device; `rest` for kOwn and kRpc.
std::string downlink_topic(Feature feature, const DeviceName& device, std::string_view rest = {});

// MQTT 3.1.1 §4.7, for filters whose wildcards come after a plain first level.
bool matches(std::string_view filter, std::string_view topic);

enum class Access { kPublish, kSubscribe };
// Whether one of the permissions allows it; with kSubscribe `rest` may be a filter, which is
// allowed when there is something for it to hear.
bool allows(std::span<const domain::TopicPermission> permissions, std::string_view rest,
            Access access);
// What bound devices may use: the vendor's defaults, for the hub tells the gateway's alone.
std::span<const domain::TopicPermission> default_permissions();

// Whether `topic` is some "$…" of `device` that this dialect does not know.
bool names_device(std::string_view topic, const DeviceName& device);

}  // namespace berth::dialects::tencent
