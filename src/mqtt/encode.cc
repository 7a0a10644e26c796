#include "mqtt/codec.h"
#include "mqtt/types.h"

#include <algorithm>

namespace berth::mqtt {

namespace {

constexpr std::size_t kTextMax = 65'535;
constexpr std::size_t kRemainingMax = 268'435'455;  // four bytes of seven bits, §2.2.3

void put_byte(std::string& out, std::size_t value) { out += static_cast<char>(value); }

void put_number(std::string& out, std::size_t value) {
  put_byte(out, (value >> 8) & 0xff);
  put_byte(out, value & 0xff);
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, text.size());
  out += text;
}

void put_header(std::string& out, PacketType type, std::uint8_t flags, std::size_t remaining) {
  put_byte(out, static_cast<std::size_t>(type << 4) | flags);
  do {
    const std::size_t digit = remaining & 0x7f;
    remaining >>= 7;
    put_byte(out, remaining > 0 ? digit | 0x80 : digit);
  } while (remaining > 0);
}

void put_packet_id_only(std::string& out, PacketType type, std::uint16_t packet_id) {
  put_header(out, type, type == kPubrel ? 2 : 0, 2);
  put_number(out, packet_id);
}

bool put_publish(const wire::MqttPublish& publish, std::uint8_t qos, std::string& out) {
  const std::size_t remaining =
      2 + publish.topic.size() + (qos > 0 ? 2 : 0) + publish.payload.size();
  if (publish.topic.size() > kTextMax || remaining > kRemainingMax) return false;
  const auto flags = static_cast<std::uint8_t>((publish.duplicate && qos > 0 ? 8 : 0) | (qos << 1) |
                                               (publish.retain ? 1 : 0));
  out.reserve(out.size() + 5 + remaining);
  put_header(out, kPublish, flags, remaining);
  put_text(out, publish.topic);
  if (qos > 0) put_number(out, publish.packet_id);
  out += publish.payload;
  return true;
}

bool put_connect(const wire::MqttConnect& connect, std::string& out) {
  std::size_t flags = connect.clean_session ? 0x02 : 0;
  std::string body;
  put_text(body, connect.client_id);
  std::size_t longest = connect.client_id.size();
  if (connect.will) {
    flags |= 0x04 | (std::size_t{connect.will->qos} << 3) | (connect.will->retain ? 0x20U : 0U);
    put_text(body, connect.will->topic);
    put_text(body, connect.will->payload);
    longest = std::max({longest, connect.will->topic.size(), connect.will->payload.size()});
  }
  if (connect.user_name) {
    flags |= 0x80;
    put_text(body, *connect.user_name);
    longest = std::max(longest, connect.user_name->size());
  }
  if (connect.password) {
    flags |= 0x40;
    put_text(body, connect.password->text());
    longest = std::max(longest, connect.password->size());
  }
  if (longest > kTextMax) return false;
  put_header(out, kConnect, 0, 10 + body.size());
  put_text(out, "MQTT");
  put_byte(out, 4);
  put_byte(out, flags);
  put_number(out, connect.keep_alive_seconds);
  out += body;
  return true;
}

bool put_subscribe(const wire::MqttSubscribe& subscribe, std::string& out) {
  std::string body;
  put_number(body, subscribe.packet_id);
  for (const wire::MqttSubscription& each : subscribe.subscriptions) {
    if (each.filter.size() > kTextMax) return false;
    put_text(body, each.filter);
    put_byte(body, each.qos);
  }
  put_header(out, kSubscribe, 2, body.size());
  out += body;
  return true;
}

bool put_unsubscribe(const wire::MqttUnsubscribe& unsubscribe, std::string& out) {
  std::string body;
  put_number(body, unsubscribe.packet_id);
  for (const std::string& filter : unsubscribe.filters) {
    if (filter.size() > kTextMax) return false;
    put_text(body, filter);
  }
  put_header(out, kUnsubscribe, 2, body.size());
  out += body;
  return true;
}

struct ClientEncoder {
  std::string& out;

  bool operator()(const wire::MqttConnect& packet) const { return put_connect(packet, out); }
  bool operator()(const wire::MqttPublish& packet) const {
    return put_publish(packet, packet.qos, out);
  }
  bool operator()(const MqttPubackIn& packet) const { return id(kPuback, packet.packet_id); }
  bool operator()(const MqttPubrec& packet) const { return id(kPubrec, packet.packet_id); }
  bool operator()(const MqttPubrel& packet) const { return id(kPubrel, packet.packet_id); }
  bool operator()(const MqttPubcomp& packet) const { return id(kPubcomp, packet.packet_id); }
  bool operator()(const wire::MqttSubscribe& packet) const { return put_subscribe(packet, out); }
  bool operator()(const wire::MqttUnsubscribe& packet) const {
    return put_unsubscribe(packet, out);
  }
  bool operator()(const MqttPingreq&) const { return empty(kPingreq); }
  bool operator()(const wire::MqttDisconnect&) const { return empty(kDisconnect); }

 private:
  bool id(PacketType type, std::uint16_t packet_id) const {
    put_packet_id_only(out, type, packet_id);
    return true;
  }
  bool empty(PacketType type) const {
    put_header(out, type, 0, 0);
    return true;
  }
};

}  // namespace

void encode_mqtt(const wire::MqttConnack& packet, std::string& out) {
  put_header(out, kConnack, 0, 2);
  // A refusal carries no session, [MQTT-3.2.2-4].
  const bool present = packet.session_present && packet.code == wire::MqttConnectCode::kAccepted;
  put_byte(out, present ? 1 : 0);
  put_byte(out, static_cast<std::size_t>(packet.code));
}

bool encode_mqtt(const wire::MqttPublish& packet, std::string& out) {
  return put_publish(packet, packet.qos > 0 ? 1 : 0, out);
}

void encode_mqtt(const wire::MqttPuback& packet, std::string& out) {
  put_packet_id_only(out, kPuback, packet.packet_id);
}

void encode_mqtt(const wire::MqttSuback& packet, std::string& out) {
  put_header(out, kSuback, 0, 2 + packet.codes.size());
  put_number(out, packet.packet_id);
  for (const std::uint8_t code : packet.codes) put_byte(out, code);
}

void encode_mqtt(const wire::MqttUnsuback& packet, std::string& out) {
  put_packet_id_only(out, kUnsuback, packet.packet_id);
}

void encode_mqtt(const MqttPubrec& packet, std::string& out) {
  put_packet_id_only(out, kPubrec, packet.packet_id);
}

void encode_mqtt(const MqttPubcomp& packet, std::string& out) {
  put_packet_id_only(out, kPubcomp, packet.packet_id);
}

void encode_mqtt_pingresp(std::string& out) { put_header(out, kPingresp, 0, 0); }

bool encode_mqtt(const MqttPacket& packet, std::string& out) {
  return std::visit(ClientEncoder{out}, packet);
}

}  // namespace berth::mqtt
