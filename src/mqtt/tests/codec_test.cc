#include "mqtt/codec.h"

#include "base/codec.h"

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

MqttDecoded decode(std::string_view packet, const MqttLimits& limits = {}) {
  return decode_mqtt(base::as_bytes(packet), limits);
}

// "packet", "incomplete" or the fault.
std::string kind(const MqttDecoded& decoded) {
  if (std::holds_alternative<MqttPacket>(decoded.outcome)) return "packet";
  if (std::holds_alternative<MqttIncomplete>(decoded.outcome)) return "incomplete";
  switch (std::get<MqttBroken>(decoded.outcome).fault) {
    case MqttFault::kMalformed:
      return "malformed";
    case MqttFault::kTooLarge:
      return "too large";
    case MqttFault::kUnacceptableProtocol:
      return "protocol";
    case MqttFault::kIdentifierRejected:
      return "identifier";
  }
  return "";
}

template <class Packet>
Packet packet_of(std::string_view packet) {
  MqttDecoded decoded = decode(packet);
  EXPECT_EQ(kind(decoded), "packet");
  EXPECT_EQ(decoded.consumed, packet.size());
  return std::move(std::get<Packet>(std::get<MqttPacket>(decoded.outcome)));
}

TEST(MqttCodec, ReadsAConnectWithEverythingInIt) {
  const auto connect = packet_of<wire::MqttConnect>(bytes(
      "10 21 0004 4d515454 04 f6 00b4 0002 6964 0001 74 0002 6d73 0004 75736572 0004 70617373"));
  EXPECT_EQ(connect.client_id, "id");
  EXPECT_EQ(connect.user_name, "user");
  EXPECT_EQ(connect.password->text(), "pass");
  EXPECT_TRUE(connect.clean_session);
  EXPECT_EQ(connect.keep_alive_seconds, 180);
  ASSERT_TRUE(connect.will);
  EXPECT_EQ(connect.will->topic, "t");
  EXPECT_EQ(connect.will->payload, "ms");
  EXPECT_EQ(connect.will->qos, 2);
  EXPECT_TRUE(connect.will->retain);
}

TEST(MqttCodec, ReadsAConnectOfTheVersionBefore) {
  const auto connect =
      packet_of<wire::MqttConnect>(bytes("10 0f 0006 4d5149736470 03 02 003c 0001 61"));
  EXPECT_EQ(connect.client_id, "a");
  EXPECT_TRUE(connect.clean_session);
  EXPECT_EQ(connect.keep_alive_seconds, 60);
}

TEST(MqttCodec, ReadsAConnectWithNothingInIt) {
  const auto connect =
      packet_of<wire::MqttConnect>(bytes("10 0d 0004 4d515454 04 00 0000 0001 61"));
  EXPECT_EQ(connect.client_id, "a");
  EXPECT_FALSE(connect.user_name);
  EXPECT_FALSE(connect.password);
  EXPECT_FALSE(connect.will);
  EXPECT_FALSE(connect.clean_session);
}

TEST(MqttCodec, ReadsPublish) {
  const auto zero = packet_of<wire::MqttPublish>(bytes("31 05 0003 612f62"));
  EXPECT_EQ(zero.topic, "a/b");
  EXPECT_EQ(zero.payload, "");
  EXPECT_EQ(zero.qos, 0);
  EXPECT_TRUE(zero.retain);
  const auto two = packet_of<wire::MqttPublish>(bytes("3c 07 0001 61 1234 00ff"));
  EXPECT_EQ(two.qos, 2);
  EXPECT_TRUE(two.duplicate);
  EXPECT_EQ(two.packet_id, 0x1234);
  EXPECT_EQ(two.payload, bytes("00ff"));
}

TEST(MqttCodec, ReadsSubscribeAndUnsubscribe) {
  const auto subscribe =
      packet_of<wire::MqttSubscribe>(bytes("82 0d 0007 0003 612f23 01 0002 2b2f 02"));
  EXPECT_EQ(subscribe.packet_id, 7);
  ASSERT_EQ(subscribe.subscriptions.size(), 2U);
  EXPECT_EQ(subscribe.subscriptions[0].filter, "a/#");
  EXPECT_EQ(subscribe.subscriptions[1].qos, 2);
  const auto unsubscribe = packet_of<wire::MqttUnsubscribe>(bytes("a2 05 0009 0001 61"));
  EXPECT_EQ(unsubscribe.filters, std::vector<std::string>{"a"});
}

TEST(MqttCodec, ReadsTheShortPackets) {
  EXPECT_EQ(packet_of<MqttPubackIn>(bytes("40 02 0102")).packet_id, 0x0102);
  EXPECT_EQ(packet_of<MqttPubrec>(bytes("50 02 0102")).packet_id, 0x0102);
  EXPECT_EQ(packet_of<MqttPubrel>(bytes("62 02 0102")).packet_id, 0x0102);
  EXPECT_EQ(packet_of<MqttPubcomp>(bytes("70 02 0102")).packet_id, 0x0102);
  packet_of<MqttPingreq>(bytes("c0 00"));
  packet_of<wire::MqttDisconnect>(bytes("e0 00"));
}

struct Case {
  std::string name;
  std::string hex;
  std::string kind;
};

TEST(MqttCodec, RefusesWhatTheStandardForbids) {
  const std::vector<Case> table = {
      {"type 0", "00 00", "malformed"},
      {"type 15", "f0 00", "malformed"},
      {"CONNACK from a client", "20 02 0000", "malformed"},
      {"SUBACK from a client", "90 03 000100", "malformed"},
      {"PINGRESP from a client", "d0 00", "malformed"},
      {"flags on CONNECT", "11", "malformed"},
      {"flags on SUBSCRIBE", "80", "malformed"},
      {"flags on PUBREL", "60", "malformed"},
      {"flags on PINGREQ", "c1", "malformed"},
      {"QoS 3", "36", "malformed"},
      {"length of five bytes", "30 8080808001", "malformed"},
      {"protocol name", "10 0d 0004 4d515455 04 00 0000 0001 61", "malformed"},
      {"name of 3.1 with the level of 3.1.1", "10 0f 0006 4d5149736470 04 02 003c 0001 61",
       "protocol"},
      {"level 5", "10 0d 0004 4d515454 05 02 0000 0001 61", "protocol"},
      {"level 3", "10 0d 0004 4d515454 03 02 0000 0001 61", "protocol"},
      {"reserved connect flag", "10 0d 0004 4d515454 04 03 0000 0001 61", "malformed"},
      {"will QoS without will", "10 0d 0004 4d515454 04 0a 0000 0001 61", "malformed"},
      {"will retain without will", "10 0d 0004 4d515454 04 22 0000 0001 61", "malformed"},
      {"will QoS 3", "10 13 0004 4d515454 04 1e 0000 0001 61 0001 62 0001 63", "malformed"},
      {"will topic with wildcard", "10 13 0004 4d515454 04 06 0000 0001 61 0001 23 0001 63",
       "malformed"},
      {"password without user", "10 10 0004 4d515454 04 42 0000 0001 61 0001 62", "malformed"},
      {"no client id and no clean session", "10 0c 0004 4d515454 04 00 0000 0000", "identifier"},
      {"no client id but clean session", "10 0c 0004 4d515454 04 02 0000 0000", "packet"},
      {"connect with a byte too many", "10 0e 0004 4d515454 04 02 0000 0001 61 00", "malformed"},
      {"connect cut short", "10 0c 0004 4d515454 04 02 0000 0001", "malformed"},
      {"client id with NUL", "10 0d 0004 4d515454 04 02 0000 0001 00", "malformed"},
      {"client id not UTF-8", "10 0d 0004 4d515454 04 02 0000 0001 ff", "malformed"},
      {"client id a surrogate", "10 0f 0004 4d515454 04 02 0000 0003 eda080", "malformed"},
      {"publish without topic", "30 02 0000", "malformed"},
      {"publish to #", "30 05 0003 612f23", "malformed"},
      {"publish to +", "30 03 0001 2b", "malformed"},
      {"publish with NUL in topic", "30 03 0001 00", "malformed"},
      {"duplicate of QoS 0", "38 03 0001 61", "malformed"},
      {"publish QoS 1 without id", "32 03 0001 61", "malformed"},
      {"publish QoS 1 with id 0", "32 05 0001 61 0000", "malformed"},
      {"topic longer than the packet", "30 03 0005 61", "malformed"},
      {"puback id 0", "40 02 0000", "malformed"},
      {"puback too long", "40 03 000100", "malformed"},
      {"puback too short", "40 01 01", "malformed"},
      {"subscribe empty", "82 02 0001", "malformed"},
      {"subscribe id 0", "82 06 0000 0001 61 00", "malformed"},
      {"subscribe empty filter", "82 05 0001 0000 00", "malformed"},
      {"subscribe QoS 3", "82 06 0001 0001 61 03", "malformed"},
      {"subscribe reserved bits", "82 06 0001 0001 61 80", "malformed"},
      {"subscribe without QoS", "82 05 0001 0001 61", "malformed"},
      {"subscribe with NUL", "82 06 0001 0001 00 00", "malformed"},
      {"unsubscribe empty", "a2 02 0001", "malformed"},
      {"unsubscribe empty filter", "a2 04 0001 0000", "malformed"},
      {"pingreq with content", "c0 01 00", "malformed"},
      {"disconnect with content", "e0 01 00", "malformed"},
  };
  for (const Case& each : table) {
    const MqttDecoded decoded = decode(bytes(each.hex));
    EXPECT_EQ(kind(decoded), each.kind) << each.name;
    if (each.kind != "packet") {
      EXPECT_EQ(decoded.consumed, 0U) << each.name;
    }
  }
}

TEST(MqttCodec, RefusesWhatIsOverALimitAsSoonAsItsLengthIsKnown) {
  const MqttLimits limits{.connect_bytes = 20, .packet_bytes = 130, .filter_count = 2};
  EXPECT_EQ(kind(decode(bytes("10 12"), limits)), "incomplete");
  EXPECT_EQ(kind(decode(bytes("10 13"), limits)), "too large");
  EXPECT_EQ(kind(decode(bytes("30 7f"), limits)), "incomplete");
  EXPECT_EQ(kind(decode(bytes("30 8001"), limits)), "too large");
  EXPECT_EQ(kind(decode(bytes("82 0e 0001 0001 61 00 0001 62 00 0001 63 00"), limits)),
            "too large");
  EXPECT_EQ(kind(decode(bytes("82 0a 0001 0001 61 00 0001 62 00"), limits)), "packet");
}

TEST(MqttCodec, WaitsForTheRestWhereverAPacketIsCut) {
  const std::string whole = bytes(
      "10 21 0004 4d515454 04 f6 00b4 0002 6964 0001 74 0002 6d73 0004 75736572 0004 70617373");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const MqttDecoded decoded = decode(std::string_view(whole).substr(0, size));
    EXPECT_EQ(kind(decoded), "incomplete") << size;
    EXPECT_EQ(decoded.consumed, 0U);
  }
  const MqttDecoded more = decode(whole + whole);
  EXPECT_EQ(more.consumed, whole.size());
}

TEST(MqttCodec, EncodesWhatAServerSends) {
  const auto encoded = [](const auto& packet) {
    std::string out;
    encode_mqtt(packet, out);
    return out;
  };
  using Code = wire::MqttConnectCode;
  EXPECT_EQ(encoded(wire::MqttConnack{true, Code::kAccepted}), bytes("20 02 01 00"));
  EXPECT_EQ(encoded(wire::MqttConnack{true, Code::kNotAuthorized}), bytes("20 02 00 05"));
  EXPECT_EQ(encoded(wire::MqttPuback{0x1234}), bytes("40 02 1234"));
  EXPECT_EQ(encoded(MqttPubrec{1}), bytes("50 02 0001"));
  EXPECT_EQ(encoded(MqttPubcomp{1}), bytes("70 02 0001"));
  EXPECT_EQ(encoded(wire::MqttSuback{7, {1, 0x80}}), bytes("90 04 0007 01 80"));
  EXPECT_EQ(encoded(wire::MqttUnsuback{9}), bytes("b0 02 0009"));
  wire::MqttPublish publish{.topic = "a/b", .payload = "x", .qos = 1, .packet_id = 3};
  EXPECT_EQ(encoded(publish), bytes("32 08 0003 612f62 0003 78"));
  publish.qos = 2;
  EXPECT_EQ(encoded(publish), bytes("32 08 0003 612f62 0003 78"));
  publish.qos = 0;
  publish.duplicate = true;
  publish.payload = std::string(200, 'x');
  EXPECT_EQ(encoded(publish).substr(0, 8), bytes("30 cd01 0003 612f62"));
  std::string out;
  encode_mqtt_pingresp(out);
  EXPECT_EQ(out, bytes("d0 00"));
}

TEST(MqttCodec, DoesNotEncodeATopicThatMqttCannotCarry) {
  std::string out;
  EXPECT_TRUE(encode_mqtt(wire::MqttPublish{.topic = std::string(65'535, 't')}, out));
  out.clear();
  EXPECT_FALSE(encode_mqtt(wire::MqttPublish{.topic = std::string(65'536, 't')}, out));
  EXPECT_TRUE(out.empty());
}

TEST(MqttCodec, ReadsFiltersWhateverTheirWildcards) {
  for (const char* filter : {"a/#", "x/thing/a+b/c#d", "#/a", "=="}) {
    std::string bytes;
    ASSERT_TRUE(encode_mqtt(wire::MqttSubscribe{7, {{filter, 0}}}, bytes));
    const MqttDecoded subscribe = decode_mqtt(base::as_bytes(bytes), MqttLimits{});
    const auto* packet = std::get_if<MqttPacket>(&subscribe.outcome);
    ASSERT_NE(packet, nullptr) << filter;
    EXPECT_EQ(std::get<wire::MqttSubscribe>(*packet).subscriptions.at(0).filter, filter);
    bytes.clear();
    ASSERT_TRUE(encode_mqtt(wire::MqttUnsubscribe{7, {filter}}, bytes));
    const MqttDecoded unsubscribe = decode_mqtt(base::as_bytes(bytes), MqttLimits{});
    packet = std::get_if<MqttPacket>(&unsubscribe.outcome);
    ASSERT_NE(packet, nullptr) << filter;
    EXPECT_EQ(std::get<wire::MqttUnsubscribe>(*packet).filters.at(0), filter);
  }
}

}  // namespace
}  // namespace berth::mqtt
