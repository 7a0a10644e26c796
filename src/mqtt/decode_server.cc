// The packets of a server, as a client reads them.
#include "mqtt/read.h"

namespace berth::mqtt {

namespace {

using Outcome = std::variant<MqttIncomplete, MqttBroken, MqttServerPacket>;

Outcome malformed(std::string_view why) { return MqttBroken{MqttFault::kMalformed, why}; }

// §3.2.
Outcome read_connack(Cursor cursor) {
  const std::uint8_t flags = cursor.byte();
  const std::uint8_t code = cursor.byte();
  if (!cursor.ok() || !cursor.at_end()) return malformed("connack of another size");
  if (flags > 1) return malformed("reserved connack flags");
  if (code > static_cast<std::uint8_t>(wire::MqttConnectCode::kNotAuthorized)) {
    return malformed("reserved connack code");
  }
  if (flags == 1 && code != 0) return malformed("a refusal with a session");  // [MQTT-3.2.2-4]
  wire::MqttConnack connack;
  connack.session_present = flags == 1;
  connack.code = static_cast<wire::MqttConnectCode>(code);
  return MqttServerPacket(connack);
}

// §3.9.
Outcome read_suback(Cursor cursor, const MqttLimits& limits) {
  wire::MqttSuback suback;
  suback.packet_id = cursor.number();
  if (suback.packet_id == 0 || cursor.at_end()) return malformed("suback without content");
  while (!cursor.at_end()) {
    if (suback.codes.size() == limits.filter_count) {
      return MqttBroken{MqttFault::kTooLarge, "too many subscriptions"};
    }
    const std::uint8_t code = cursor.byte();
    if (code > 2 && code != 0x80) return malformed("reserved suback code");
    suback.codes.push_back(code);
  }
  return MqttServerPacket(std::move(suback));
}

template <class Packet>
Outcome read_packet_id_only(Cursor cursor) {
  Packet packet;
  packet.packet_id = cursor.number();
  if (packet.packet_id == 0 || !cursor.at_end()) return malformed("packet id");
  return MqttServerPacket(packet);
}

Outcome read_message(Cursor cursor, std::uint8_t flags) {
  auto read = read_publish(cursor, flags);
  if (auto* broken = std::get_if<MqttBroken>(&read)) return *broken;
  wire::MqttPublish& publish = std::get<wire::MqttPublish>(read);
  if (publish.qos > 1) return malformed("QoS 2, which nobody asked for");
  return MqttServerPacket(std::move(publish));
}

Outcome read_body(const FixedHeader& header, Cursor cursor, const MqttLimits& limits) {
  switch (header.type) {
    case kConnack:
      return read_connack(cursor);
    case kPublish:
      return read_message(cursor, header.flags);
    case kPuback:
      return read_packet_id_only<wire::MqttPuback>(cursor);
    case kSuback:
      return read_suback(cursor, limits);
    case kUnsuback:
      return read_packet_id_only<wire::MqttUnsuback>(cursor);
    default:
      break;  // PINGRESP: read_header let nothing else through
  }
  if (!cursor.at_end()) return malformed("content where none may be");
  return MqttServerPacket(MqttPingresp{});
}

}  // namespace

MqttReceived decode_mqtt_from_server(std::span<const std::uint8_t> bytes,
                                     const MqttLimits& limits) {
  if (bytes.empty()) return {MqttIncomplete{}};
  const auto header = read_header(Sender::kServer, bytes, limits);
  if (!header) return {MqttIncomplete{}};
  if (const auto* broken = std::get_if<MqttBroken>(&*header)) return {*broken};
  const FixedHeader& fixed = std::get<FixedHeader>(*header);
  const std::size_t whole = fixed.size + fixed.remaining;
  if (bytes.size() < whole) return {MqttIncomplete{}};
  MqttReceived received;
  received.outcome = read_body(fixed, Cursor(bytes.subspan(fixed.size, fixed.remaining)), limits);
  if (std::holds_alternative<MqttServerPacket>(received.outcome)) received.consumed = whole;
  return received;
}

}  // namespace berth::mqtt
