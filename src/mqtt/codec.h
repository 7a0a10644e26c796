// MQTT 3.1.1 packets (OASIS MQTT 3.1.1 §2, §3) from bytes and to bytes; clients of MQTT 3.1, which
// differs in the name it gives itself, are read, too. No socket, no state: a session feeds what has
// arrived and takes one packet at a time.
//
// Room mqtt. Strict where the standard says "must": reserved bits, remaining length, UTF-8 without
// U+0000, packet ids, flags, wildcards in a PUBLISH topic, no byte left over. Filters are read as
// they come: what stands in them is for those who know what they are for (wire::is_mqtt_filter).
// Every size is bounded before anything is copied.
// Thread rule: pure functions.
#pragma once

#include "wire/mqtt.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace berth::mqtt {

// What a client sends beside the packets that wire has values for.
struct MqttPubackIn {
  std::uint16_t packet_id = 0;
};
struct MqttPubrec {
  std::uint16_t packet_id = 0;
};
struct MqttPubrel {
  std::uint16_t packet_id = 0;
};
struct MqttPubcomp {
  std::uint16_t packet_id = 0;
};
struct MqttPingreq {};
struct MqttPingresp {};

using MqttPacket = std::variant<wire::MqttConnect, wire::MqttPublish, MqttPubackIn, MqttPubrec,
                                MqttPubrel, MqttPubcomp, wire::MqttSubscribe, wire::MqttUnsubscribe,
                                MqttPingreq, wire::MqttDisconnect>;

// What a server sends to a client that asks for QoS 0 and 1 only.
using MqttServerPacket = std::variant<wire::MqttConnack, wire::MqttPublish, wire::MqttPuback,
                                      wire::MqttSuback, wire::MqttUnsuback, MqttPingresp>;

struct MqttLimits {
  std::size_t connect_bytes = 16 * 1024;  // whole packet, fixed header included
  std::size_t packet_bytes = 260 * 1024;  // any other
  std::size_t filter_count = 256;         // in one SUBSCRIBE or UNSUBSCRIBE
};

enum class MqttFault : std::uint8_t {
  kMalformed,             // against the standard: close without an answer
  kTooLarge,              // over a limit: close without an answer
  kUnacceptableProtocol,  // CONNECT of another protocol level: CONNACK 1, then close
  kIdentifierRejected,    // empty client id without clean session: CONNACK 2, then close
};

// The bytes are the beginning of a packet; more must arrive. The answer to an incomplete packet
// is the same however it is split: a fault in the fixed header shows as soon as that has arrived.
struct MqttIncomplete {};

struct MqttBroken {
  MqttFault fault = MqttFault::kMalformed;
  std::string_view why;  // a literal; for logs
};

struct MqttDecoded {
  std::variant<MqttIncomplete, MqttBroken, MqttPacket> outcome;
  std::size_t consumed = 0;  // bytes of the packet; 0 unless there is one
};

// Decodes the packet at the beginning of `bytes`, as a server reads it.
MqttDecoded decode_mqtt(std::span<const std::uint8_t> bytes, const MqttLimits& limits);

struct MqttReceived {
  std::variant<MqttIncomplete, MqttBroken, MqttServerPacket> outcome;
  std::size_t consumed = 0;  // bytes of the packet; 0 unless there is one
};

// The same as a client reads it, as strictly; the faults are kMalformed and kTooLarge alone.
MqttReceived decode_mqtt_from_server(std::span<const std::uint8_t> bytes, const MqttLimits& limits);

// Each appends one packet to `out`. Server to client; `publish` goes out with its packet_id, and
// only QoS 0 and 1 exist in this direction (a higher one is sent as 1). False, and nothing
// appended, when a text is longer than MQTT can carry (65535 bytes).
void encode_mqtt(const wire::MqttConnack& packet, std::string& out);
bool encode_mqtt(const wire::MqttPublish& packet, std::string& out);
void encode_mqtt(const wire::MqttPuback& packet, std::string& out);
void encode_mqtt(const wire::MqttSuback& packet, std::string& out);
void encode_mqtt(const wire::MqttUnsuback& packet, std::string& out);
void encode_mqtt(const MqttPubrec& packet, std::string& out);
void encode_mqtt(const MqttPubcomp& packet, std::string& out);
void encode_mqtt_pingresp(std::string& out);

// Client to server: the inverse of decode_mqtt, for clients and tests. False as above.
bool encode_mqtt(const MqttPacket& packet, std::string& out);

// A topic name: not empty, no wildcard.
bool is_mqtt_topic(std::string_view topic);

}  // namespace berth::mqtt
