#include "mqtt/read.h"

namespace berth::mqtt {

namespace {

// Flags that §2.2.2 prescribes; PUBLISH has its own.
std::optional<std::uint8_t> required_flags(std::uint8_t type) {
  if (type == kPublish) return std::nullopt;
  return type == kPubrel || type == kSubscribe || type == kUnsubscribe ? std::uint8_t{2}
                                                                       : std::uint8_t{0};
}

bool from_client(std::uint8_t type) {
  switch (type) {
    case kConnect:
    case kPublish:
    case kPuback:
    case kPubrec:
    case kPubrel:
    case kPubcomp:
    case kSubscribe:
    case kUnsubscribe:
    case kPingreq:
    case kDisconnect:
      return true;
    default:
      return false;  // a number from the wire, not one of our enums
  }
}

// PUBREC, PUBREL and PUBCOMP belong to QoS 2, which our clients never ask for.
bool from_server(std::uint8_t type) {
  switch (type) {
    case kConnack:
    case kPublish:
    case kPuback:
    case kSuback:
    case kUnsuback:
    case kPingresp:
      return true;
    default:
      return false;  // a number from the wire, not one of our enums
  }
}

}  // namespace

std::optional<std::variant<FixedHeader, MqttBroken>> read_header(
    Sender sender, std::span<const std::uint8_t> bytes, const MqttLimits& limits) {
  FixedHeader header;
  header.type = bytes[0] >> 4;
  header.flags = bytes[0] & 0x0f;
  if (sender == Sender::kClient && !from_client(header.type)) {
    return MqttBroken{MqttFault::kMalformed, "not a packet that a client sends"};
  }
  if (sender == Sender::kServer && !from_server(header.type)) {
    return MqttBroken{MqttFault::kMalformed, "not a packet that a server sends unasked"};
  }
  const auto required = required_flags(header.type);
  if (required ? header.flags != *required : (header.flags & 0x06) == 0x06) {
    return MqttBroken{MqttFault::kMalformed, "reserved flags in the fixed header"};
  }
  const std::size_t most = header.type == kConnect ? limits.connect_bytes : limits.packet_bytes;
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    header.remaining |= static_cast<std::size_t>(bytes[i] & 0x7f) << (7 * (i - 1));
    header.size = i + 1;
    if (header.size + header.remaining > most) {
      return MqttBroken{MqttFault::kTooLarge, "packet over the limit"};
    }
    if ((bytes[i] & 0x80) == 0) return header;
    if (i == 4) return MqttBroken{MqttFault::kMalformed, "remaining length of more than 4 bytes"};
  }
  return std::nullopt;
}

std::variant<MqttBroken, wire::MqttPublish> read_publish(Cursor cursor, std::uint8_t flags) {
  const auto malformed = [](std::string_view why) {
    return MqttBroken{MqttFault::kMalformed, why};
  };
  wire::MqttPublish publish;
  publish.duplicate = (flags & 0x08) != 0;
  publish.qos = (flags >> 1) & 3;
  publish.retain = (flags & 0x01) != 0;
  if (publish.duplicate && publish.qos == 0) return malformed("duplicate flag with QoS 0");
  const std::string_view topic = cursor.text();
  if (!cursor.ok() || !is_mqtt_topic(topic)) return malformed("topic name");
  if (publish.qos > 0) {
    publish.packet_id = cursor.number();
    if (publish.packet_id == 0) return malformed("packet id");
  }
  publish.topic = topic;
  publish.payload = cursor.rest();
  return publish;
}

}  // namespace berth::mqtt
