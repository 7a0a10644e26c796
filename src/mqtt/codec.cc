#include "mqtt/codec.h"

#include "mqtt/read.h"

namespace berth::mqtt {

namespace {

using Outcome = std::variant<MqttIncomplete, MqttBroken, MqttPacket>;

Outcome malformed(std::string_view why) { return MqttBroken{MqttFault::kMalformed, why}; }

Outcome read_will(Cursor& cursor, std::uint8_t flags, wire::MqttConnect& connect) {
  wire::MqttWill will;
  will.topic = cursor.text();
  const auto payload = cursor.binary();
  will.payload.assign(reinterpret_cast<const char*>(payload.data()), payload.size());
  will.qos = (flags >> 3) & 3;
  will.retain = (flags & 0x20) != 0;
  if (!cursor.ok() || !is_mqtt_topic(will.topic)) return malformed("will topic or message");
  connect.will = std::move(will);
  return MqttIncomplete{};
}

bool connect_flags_valid(std::uint8_t flags) {
  const bool will = (flags & 0x04) != 0;
  const int will_qos = (flags >> 3) & 3;
  const bool will_retain = (flags & 0x20) != 0;
  const bool password = (flags & 0x40) != 0;
  const bool user_name = (flags & 0x80) != 0;
  if ((flags & 0x01) != 0 || will_qos == 3) return false;
  if (!will && (will_qos != 0 || will_retain)) return false;
  return user_name || !password;  // [MQTT-3.1.2-22]
}

Outcome read_connect(Cursor cursor) {
  const std::string_view protocol = cursor.text();
  if (!cursor.ok() || (protocol != "MQTT" && protocol != "MQIsdp")) {
    return malformed("protocol name");
  }
  const std::uint8_t level = cursor.byte();
  if (!cursor.ok()) return malformed("protocol level");
  // MQTT 3.1 differs in nothing that matters here, and a vendor's SDK speaks it (tencent.md §7.2).
  const bool known = protocol == "MQTT" ? level == 4 : level == 3;
  if (!known) {
    return MqttBroken{MqttFault::kUnacceptableProtocol, "protocol is neither 3.1.1 nor 3.1"};
  }
  wire::MqttConnect connect;
  const std::uint8_t flags = cursor.byte();
  connect.keep_alive_seconds = cursor.number();
  connect.client_id = cursor.text();
  if (!cursor.ok() || !connect_flags_valid(flags)) return malformed("connect header");
  connect.clean_session = (flags & 0x02) != 0;
  if ((flags & 0x04) != 0) {
    Outcome outcome = read_will(cursor, flags, connect);
    if (std::holds_alternative<MqttBroken>(outcome)) return outcome;
  }
  if ((flags & 0x80) != 0) connect.user_name = std::string(cursor.text());
  if ((flags & 0x40) != 0) connect.password = Secret(cursor.binary());
  if (!cursor.ok() || !cursor.at_end()) return malformed("connect payload");
  if (connect.client_id.empty() && !connect.clean_session) {
    return MqttBroken{MqttFault::kIdentifierRejected, "empty client id without clean session"};
  }
  return MqttPacket(std::move(connect));
}

Outcome as_outcome(std::variant<MqttBroken, wire::MqttPublish> read) {
  if (auto* broken = std::get_if<MqttBroken>(&read)) return *broken;
  return MqttPacket(std::get<wire::MqttPublish>(std::move(read)));
}

template <class Packet>
Outcome read_packet_id_only(Cursor cursor) {
  Packet packet;
  packet.packet_id = cursor.number();
  if (packet.packet_id == 0 || !cursor.at_end()) return malformed("packet id");
  return MqttPacket(packet);
}

Outcome read_subscribe(Cursor cursor, const MqttLimits& limits) {
  wire::MqttSubscribe subscribe;
  subscribe.packet_id = cursor.number();
  if (subscribe.packet_id == 0 || cursor.at_end()) return malformed("subscribe without content");
  while (!cursor.at_end()) {
    if (subscribe.subscriptions.size() == limits.filter_count) {
      return MqttBroken{MqttFault::kTooLarge, "too many filters"};
    }
    wire::MqttSubscription one;
    one.filter = cursor.text();
    one.qos = cursor.byte();
    if (!cursor.ok() || one.qos > 2 || one.filter.empty()) return malformed("filter");
    subscribe.subscriptions.push_back(std::move(one));
  }
  return MqttPacket(std::move(subscribe));
}

Outcome read_unsubscribe(Cursor cursor, const MqttLimits& limits) {
  wire::MqttUnsubscribe unsubscribe;
  unsubscribe.packet_id = cursor.number();
  if (unsubscribe.packet_id == 0 || cursor.at_end()) return malformed("unsubscribe empty");
  while (!cursor.at_end()) {
    if (unsubscribe.filters.size() == limits.filter_count) {
      return MqttBroken{MqttFault::kTooLarge, "too many filters"};
    }
    const std::string_view filter = cursor.text();
    if (!cursor.ok() || filter.empty()) return malformed("filter");
    unsubscribe.filters.emplace_back(filter);
  }
  return MqttPacket(std::move(unsubscribe));
}

Outcome read_body(const FixedHeader& header, Cursor cursor, const MqttLimits& limits) {
  switch (header.type) {
    case kConnect:
      return read_connect(cursor);
    case kPublish:
      return as_outcome(read_publish(cursor, header.flags));
    case kPuback:
      return read_packet_id_only<MqttPubackIn>(cursor);
    case kPubrec:
      return read_packet_id_only<MqttPubrec>(cursor);
    case kPubrel:
      return read_packet_id_only<MqttPubrel>(cursor);
    case kPubcomp:
      return read_packet_id_only<MqttPubcomp>(cursor);
    case kSubscribe:
      return read_subscribe(cursor, limits);
    case kUnsubscribe:
      return read_unsubscribe(cursor, limits);
    case kPingreq:
      break;
    default:
      break;  // DISCONNECT: read_header let nothing else through
  }
  if (!cursor.at_end()) return malformed("content where none may be");
  if (header.type == kPingreq) return MqttPacket(MqttPingreq{});
  return MqttPacket(wire::MqttDisconnect{});
}

}  // namespace

MqttDecoded decode_mqtt(std::span<const std::uint8_t> bytes, const MqttLimits& limits) {
  if (bytes.empty()) return {MqttIncomplete{}};
  const auto header = read_header(Sender::kClient, bytes, limits);
  if (!header) return {MqttIncomplete{}};
  if (const auto* broken = std::get_if<MqttBroken>(&*header)) return {*broken};
  const FixedHeader& fixed = std::get<FixedHeader>(*header);
  const std::size_t whole = fixed.size + fixed.remaining;
  if (bytes.size() < whole) return {MqttIncomplete{}};
  MqttDecoded decoded;
  decoded.outcome = read_body(fixed, Cursor(bytes.subspan(fixed.size, fixed.remaining)), limits);
  if (std::holds_alternative<MqttPacket>(decoded.outcome)) decoded.consumed = whole;
  return decoded;
}

bool is_mqtt_topic(std::string_view topic) {
  return !topic.empty() && topic.find_first_of("#+") == std::string_view::npos;
}

}  // namespace berth::mqtt
