#include "base/codec.h"
#include "mqtt/codec.h"

#include <gtest/gtest.h>

namespace berth::mqtt {
namespace {

std::string bytes(std::string_view hex) {
  std::string digits;
  for (const char c : hex) {
    if (c != ' ') digits += c;
  }
  const auto decoded = base::hex_decode(digits);
  EXPECT_TRUE(decoded) << hex;
  return {decoded->begin(), decoded->end()};
}

MqttReceived decode(std::string_view packet, const MqttLimits& limits = {}) {
  return decode_mqtt_from_server(base::as_bytes(packet), limits);
}

// "packet", "incomplete" or the fault.
std::string kind(const MqttReceived& received) {
  if (std::holds_alternative<MqttServerPacket>(received.outcome)) return "packet";
  if (std::holds_alternative<MqttIncomplete>(received.outcome)) return "incomplete";
  switch (std::get<MqttBroken>(received.outcome).fault) {
    case MqttFault::kMalformed:
      return "malformed";
    case MqttFault::kTooLarge:
      return "too large";
    case MqttFault::kUnacceptableProtocol:
    case MqttFault::kIdentifierRejected:
      break;
  }
  return "a fault of the other direction";
}

// What was read, and that not a byte more was taken.
template <class Packet>
Packet packet_of(std::string_view packet) {
  MqttReceived received = decode(packet);
  EXPECT_EQ(kind(received), "packet");
  EXPECT_EQ(received.consumed, packet.size());
  return std::move(std::get<Packet>(std::get<MqttServerPacket>(received.outcome)));
}

TEST(MqttFromServer, ReadsWhatOurServerWrites) {
  const auto encoded = [](const auto& packet) {
    std::string out;
    encode_mqtt(packet, out);
    return out;
  };
  using Code = wire::MqttConnectCode;
  const auto accepted = packet_of<wire::MqttConnack>(encoded(wire::MqttConnack{true}));
  EXPECT_TRUE(accepted.session_present);
  EXPECT_EQ(accepted.code, Code::kAccepted);
  const auto refused =
      packet_of<wire::MqttConnack>(encoded(wire::MqttConnack{false, Code::kNotAuthorized}));
  EXPECT_FALSE(refused.session_present);
  EXPECT_EQ(refused.code, Code::kNotAuthorized);
  EXPECT_EQ(packet_of<wire::MqttPuback>(encoded(wire::MqttPuback{0x1234})).packet_id, 0x1234);
  const auto suback = packet_of<wire::MqttSuback>(encoded(wire::MqttSuback{7, {1, 0x80}}));
  EXPECT_EQ(suback.packet_id, 7);
  EXPECT_EQ(suback.codes, (std::vector<std::uint8_t>{1, 0x80}));
  EXPECT_EQ(packet_of<wire::MqttUnsuback>(encoded(wire::MqttUnsuback{9})).packet_id, 9);
  const wire::MqttPublish sent{
      .topic = "a/b", .payload = "x", .qos = 1, .duplicate = true, .packet_id = 3};
  const auto publish = packet_of<wire::MqttPublish>(encoded(sent));
  EXPECT_EQ(publish.topic, "a/b");
  EXPECT_EQ(publish.payload, "x");
  EXPECT_EQ(publish.qos, 1);
  EXPECT_TRUE(publish.duplicate);
  EXPECT_EQ(publish.packet_id, 3);
  std::string pingresp;
  encode_mqtt_pingresp(pingresp);
  packet_of<MqttPingresp>(pingresp);
}

struct Case {
  std::string name;
  std::string hex;
  std::string kind;
};

TEST(MqttFromServer, RefusesWhatTheStandardForbids) {
  const std::vector<Case> table = {
      {"type 0", "00", "malformed"},
      {"type 15", "f0", "malformed"},
      {"CONNECT from a server", "10", "malformed"},
      {"SUBSCRIBE from a server", "82", "malformed"},
      {"UNSUBSCRIBE from a server", "a2", "malformed"},
      {"PINGREQ from a server", "c0 00", "malformed"},
      {"DISCONNECT from a server", "e0 00", "malformed"},
      {"PUBREC that nobody asked for", "50 02 0001", "malformed"},
      {"PUBREL that nobody asked for", "62 02 0001", "malformed"},
      {"PUBCOMP that nobody asked for", "70 02 0001", "malformed"},
      {"flags on CONNACK", "21", "malformed"},
      {"flags on SUBACK", "92", "malformed"},
      {"length of five bytes", "30 8080808001", "malformed"},
      {"connack reserved flags", "20 02 02 00", "malformed"},
      {"connack code 6", "20 02 00 06", "malformed"},
      {"connack refusal with a session", "20 02 01 05", "malformed"},
      {"connack too long", "20 03 00 00 00", "malformed"},
      {"connack too short", "20 01 00", "malformed"},
      {"connack empty", "20 00", "malformed"},
      {"publish of QoS 2", "34 05 0001 61 0001", "malformed"},
      {"publish of QoS 3", "36", "malformed"},
      {"publish without topic", "30 02 0000", "malformed"},
      {"publish to #", "30 05 0003 612f23", "malformed"},
      {"duplicate of QoS 0", "38 03 0001 61", "malformed"},
      {"publish QoS 1 with id 0", "32 05 0001 61 0000", "malformed"},
      {"topic longer than the packet", "30 03 0005 61", "malformed"},
      {"topic not UTF-8", "30 03 0001 ff", "malformed"},
      {"puback id 0", "40 02 0000", "malformed"},
      {"puback too long", "40 03 000100", "malformed"},
      {"suback id 0", "90 03 0000 01", "malformed"},
      {"suback without codes", "90 02 0001", "malformed"},
      {"suback code 3", "90 03 0001 03", "malformed"},
      {"suback code 0x81", "90 03 0001 81", "malformed"},
      {"suback of nothing", "90 00", "malformed"},
      {"unsuback id 0", "b0 02 0000", "malformed"},
      {"unsuback too short", "b0 01 01", "malformed"},
      {"pingresp with content", "d0 01 00", "malformed"},
  };
  for (const Case& each : table) {
    const MqttReceived received = decode(bytes(each.hex));
    EXPECT_EQ(kind(received), each.kind) << each.name;
    EXPECT_EQ(received.consumed, 0U) << each.name;
  }
}

TEST(MqttFromServer, RefusesWhatIsOverALimitAsSoonAsItsLengthIsKnown) {
  const MqttLimits limits{.connect_bytes = 20, .packet_bytes = 130, .filter_count = 2};
  EXPECT_EQ(kind(decode(bytes("30 7f"), limits)), "incomplete");
  EXPECT_EQ(kind(decode(bytes("30 8001"), limits)), "too large");
  EXPECT_EQ(kind(decode(bytes("90 04 0001 00 00"), limits)), "packet");
  EXPECT_EQ(kind(decode(bytes("90 05 0001 00 00 00"), limits)), "too large");
}

TEST(MqttFromServer, WaitsForTheRestWhereverAPacketIsCut) {
  const std::string whole = bytes("32 08 0003 612f62 0003 78");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const MqttReceived received = decode(std::string_view(whole).substr(0, size));
    EXPECT_EQ(kind(received), "incomplete") << size;
    EXPECT_EQ(received.consumed, 0U);
  }
  EXPECT_EQ(decode(whole + whole).consumed, whole.size());
}

}  // namespace
}  // namespace berth::mqtt
