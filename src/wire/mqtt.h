// MQTT 3.1.1 control packets (OASIS MQTT 3.1.1 §3) as plain values.
//
// Room wire. net decodes and encodes them and answers PINGREQ itself; everything else is handed
// on. QoS 2 from a client is completed by net towards the client but delivered once like QoS 1.
// Thread rule: plain values.
#pragma once

#include "base/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::wire {

struct MqttWill {
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  bool retain = false;
};

struct MqttConnect {
  std::string client_id;
  std::optional<std::string> user_name;
  std::optional<Secret> password;
  bool clean_session = true;
  std::uint16_t keep_alive_seconds = 0;  // 0: the client asked for none
  std::optional<MqttWill> will;
};

// CONNACK return codes, MQTT 3.1.1 §3.2.2.3.
enum class MqttConnectCode : std::uint8_t {
  kAccepted = 0,
  kUnacceptableProtocol = 1,
  kIdentifierRejected = 2,
  kServerUnavailable = 3,
  kBadUserNameOrPassword = 4,
  kNotAuthorized = 5,
};

struct MqttConnack {
  bool session_present = false;
  MqttConnectCode code = MqttConnectCode::kAccepted;  // anything else: net closes after sending
  // Not sent: a connection on which nothing was received for so long is closed, also when the
  // client's own keep-alive is longer or 0. 0: only the client's own counts.
  std::uint32_t idle_seconds_max = 0;
  // Not sent: the connection is closed after so long, whatever it does. 0: it may stay.
  std::uint32_t lifetime_seconds_max = 0;
};

struct MqttPublish {
  std::string topic;
  std::string payload;
  std::uint8_t qos = 0;
  bool retain = false;
  bool duplicate = false;
  // Incoming: as sent. Outgoing: a tag of the sender's choice that comes back in MqttDelivered; the
  // packet id on the wire is net's own.
  std::uint16_t packet_id = 0;
};

// Acknowledges an incoming PUBLISH. For QoS 1 a PUBACK; for QoS 2 net runs PUBREC/PUBCOMP.
struct MqttPuback {
  std::uint16_t packet_id = 0;
};

// The client acknowledged a QoS 1 PUBLISH of ours; packet_id is the tag it was sent with.
struct MqttDelivered {
  std::uint16_t packet_id = 0;
};

struct MqttSubscription {
  std::string filter;  // UTF-8 without U+0000, not empty; else as sent: see is_mqtt_filter
  std::uint8_t qos = 0;
};

struct MqttSubscribe {
  std::uint16_t packet_id = 0;
  std::vector<MqttSubscription> subscriptions;
};

struct MqttSuback {
  std::uint16_t packet_id = 0;
  std::vector<std::uint8_t> codes;  // 0..2 granted QoS, 0x80 refused
};

struct MqttUnsubscribe {
  std::uint16_t packet_id = 0;
  std::vector<std::string> filters;  // as MqttSubscription::filter
};

struct MqttUnsuback {
  std::uint16_t packet_id = 0;
};

struct MqttDisconnect {};

// [MQTT-4.7.1]: a filter's "#" is last and alone in its level, "+" alone in its level. net hands on
// filters that are not so, for there are clients that put other things where a filter belongs.
bool is_mqtt_filter(std::string_view filter);

}  // namespace berth::wire
