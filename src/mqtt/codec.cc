#include "mqtt/codec.h"

#include "base/codec.h"
#include "mqtt/types.h"

#include <optional>

namespace berth::mqtt {

namespace {

using Outcome = std::variant<MqttIncomplete, MqttBroken, MqttPacket>;

Outcome malformed(std::string_view why) { return MqttBroken{MqttFault::kMalformed, why}; }

// Bounds are checked here and nowhere else. Once a read fails, every later one fails too.
class Cursor {
 public:
  explicit Cursor(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

  std::uint8_t byte() {
    const auto taken = take(1);
    return taken.empty() ? std::uint8_t{0} : taken[0];
  }
  std::uint16_t number() {
    const auto taken = take(2);
    return taken.empty() ? std::uint16_t{0}
                         : static_cast<std::uint16_t>((taken[0] << 8) | taken[1]);
  }
  std::span<const std::uint8_t> binary() {
    const std::size_t size = number();
    return take(size);
  }
  // UTF-8 without U+0000, §1.5.3.
  std::string_view text() {
    const auto taken = binary();
    const std::string_view view(reinterpret_cast<const char*>(taken.data()), taken.size());
    if (view.find('\0') != std::string_view::npos || !base::is_utf8(view)) ok_ = false;
    return view;
  }
  std::string_view rest() {
    const auto taken = take(bytes_.size());
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

 private:
  std::span<const std::uint8_t> take(std::size_t size) {
    if (!ok_ || size > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const auto taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }

  std::span<const std::uint8_t> bytes_;
  bool ok_ = true;
};

struct FixedHeader {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::size_t remaining = 0;
  std::size_t size = 0;  // of the header itself
};

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

// Nothing while the header is incomplete and so far right.
std::optional<std::variant<FixedHeader, MqttBroken>> read_header(
    std::span<const std::uint8_t> bytes, const MqttLimits& limits) {
  FixedHeader header;
  header.type = bytes[0] >> 4;
  header.flags = bytes[0] & 0x0f;
  if (!from_client(header.type)) {
    return MqttBroken{MqttFault::kMalformed, "not a packet that a client sends"};
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
  if (protocol != "MQTT" || level != 4) {
    return MqttBroken{MqttFault::kUnacceptableProtocol, "protocol level is not 4"};
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

Outcome read_publish(Cursor cursor, std::uint8_t flags) {
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
  return MqttPacket(std::move(publish));
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
    if (!cursor.ok() || one.qos > 2 || !is_mqtt_filter(one.filter)) return malformed("filter");
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
    if (!cursor.ok() || !is_mqtt_filter(filter)) return malformed("filter");
    unsubscribe.filters.emplace_back(filter);
  }
  return MqttPacket(std::move(unsubscribe));
}

Outcome read_body(const FixedHeader& header, Cursor cursor, const MqttLimits& limits) {
  switch (header.type) {
    case kConnect:
      return read_connect(cursor);
    case kPublish:
      return read_publish(cursor, header.flags);
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
  const auto header = read_header(bytes, limits);
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

bool is_mqtt_filter(std::string_view filter) {
  if (filter.empty()) return false;
  for (std::size_t i = 0; i < filter.size(); ++i) {
    if (filter[i] != '#' && filter[i] != '+') continue;
    const bool begins_level = i == 0 || filter[i - 1] == '/';
    const bool ends_level = i + 1 == filter.size() || filter[i + 1] == '/';
    if (!begins_level || !ends_level) return false;
    if (filter[i] == '#' && i + 1 != filter.size()) return false;
  }
  return true;
}

bool is_mqtt_topic(std::string_view topic) {
  return !topic.empty() && topic.find_first_of("#+") == std::string_view::npos;
}

}  // namespace berth::mqtt
