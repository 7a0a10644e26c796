// The texts of the MQTT binding: the user name of CONNECT, topics and filters (azure-iot-hub.md
// §2.1, §2.3).
//
// Room dialects/azure_hub. Views point into what was read. Thread rule: pure functions.
#pragma once

#include "domain/hub_operations.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace berth::dialects::azure_hub {

// "<host>[:port]/<device>[/<module>][/?api-version=…&model-id=…&DeviceClientType=…]". Every piece
// after the device may be missing; the ids are raw, never escaped.
struct UserName {
  std::string_view host;  // without port
  std::string_view id;    // "<device>" or "<device>/<module>"; may be empty
  std::string model_id;   // empty when it is no printable text or longer than any
  std::string client;     // DeviceClientType, decoded
};
UserName parse_user_name(std::string_view text);

// What a device can publish to.
struct TelemetryTopic {
  std::string_view bag;
};
struct ReadTopic {
  std::string_view rid;
};
struct ReportedTopic {
  std::string_view rid;
  std::optional<std::uint64_t> base_version;
  bool version_unreadable = false;  // one was given, and it is no number
};
struct MethodAnswerTopic {
  std::string_view rid;
  int status = 0;
};
using RequestTopic = std::variant<TelemetryTopic, ReadTopic, ReportedTopic, MethodAnswerTopic>;
// Nothing when it is none of them, another device's, or names no request that can be answered.
std::optional<RequestTopic> parse_request_topic(std::string_view topic, std::string_view device);
// The bag of a telemetry topic of `device`; nothing when the topic is another.
std::optional<std::string_view> telemetry_bag(std::string_view topic, std::string_view device);

// What a filter listens to; nothing when it is not exactly one of the documented ones, or is
// another device's.
std::optional<domain::Channel> parse_filter(std::string_view filter, std::string_view device);

// Topics that we publish to. Clients compare them literally: `$rid` comes right after "/?", and
// "$version" behind it (§2.6, §8.5).
std::string twin_answer_topic(int status, std::string_view rid,
                              std::optional<std::uint64_t> version = std::nullopt);
std::string desired_topic(std::uint64_t version);
std::string method_topic(std::string_view method, std::string_view rid);
std::string message_topic(std::string_view device, std::string_view bag);

// No topic can be longer (MQTT 3.1.1 §1.5.3).
inline constexpr std::size_t kTopicBytesMax = 65'535;

}  // namespace berth::dialects::azure_hub
