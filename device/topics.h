// Topics of a device at a hub (azure-iot-hub.md §2.3 to §2.7), as text and back.
//
// Room device, private to it. Thread rule: pure functions. What is read came from a server: bounded
// by MQTT, otherwise anything.
#pragma once

#include "berth/device/hub_connection.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace berth::device {

inline constexpr std::string_view kTwinReplies = "$iothub/twin/res/#";
inline constexpr std::string_view kDesiredChanges = "$iothub/twin/PATCH/properties/desired/#";
inline constexpr std::string_view kMethodCalls = "$iothub/methods/POST/#";

std::string message_filter(std::string_view device_id);
std::string telemetry_topic(std::string_view device_id, const Properties& properties);
std::string twin_get_topic(std::string_view request);
std::string reported_topic(std::string_view request);
std::string method_reply_topic(int status, std::string_view request);

// "{host}/{id}/?api-version=…&DeviceClientType=…" (§2.1).
std::string user_name(std::string_view host, std::string_view device_id, std::string_view agent);

struct TwinReply {
  int status = 0;
  std::string request;
  std::optional<std::uint64_t> version;
};
struct DesiredTopic {
  std::uint64_t version = 0;
};
struct MethodTopic {
  std::string name;
  std::string request;
};
struct MessageTopic {
  Properties properties;
};
struct UnknownTopic {};
using HubTopic = std::variant<UnknownTopic, TwinReply, DesiredTopic, MethodTopic, MessageTopic>;

HubTopic read_topic(std::string_view topic, std::string_view device_id);

}  // namespace berth::device
