// What a test's MQTT client sends and receives: packets from a few arguments, and whole packets off
// any receiver that has receive_exactly(count), as hex.
//
// Room net, tests. Thread rule: the test's thread.
#pragma once

#include "base/codec.h"
#include "mqtt/codec.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::net::testing {

inline std::string encoded(const mqtt::MqttPacket& packet) {
  std::string out;
  EXPECT_TRUE(mqtt::encode_mqtt(packet, out));
  return out;
}

inline std::string connect_packet(std::string client_id, std::uint16_t keep_alive_seconds = 0) {
  wire::MqttConnect connect;
  connect.client_id = std::move(client_id);
  connect.keep_alive_seconds = keep_alive_seconds;
  return encoded(std::move(connect));
}

inline std::string publish_packet(std::string topic, std::string payload, std::uint8_t qos = 0,
                                  std::uint16_t packet_id = 0, bool duplicate = false) {
  wire::MqttPublish publish;
  publish.topic = std::move(topic);
  publish.payload = std::move(payload);
  publish.qos = qos;
  publish.packet_id = packet_id;
  publish.duplicate = duplicate;
  return encoded(std::move(publish));
}

inline std::string subscribe_packet(std::uint16_t packet_id, std::string filter, std::uint8_t qos) {
  wire::MqttSubscribe subscribe;
  subscribe.packet_id = packet_id;
  subscribe.subscriptions.push_back({std::move(filter), qos});
  return encoded(std::move(subscribe));
}

inline std::string puback_packet(std::uint16_t packet_id) {
  return encoded(mqtt::MqttPubackIn{packet_id});
}

// One whole packet, as hex; empty at the end of the stream.
template <class Receiver>
std::string receive_packet(Receiver& from) {
  std::string packet = from.receive_exactly(1);
  if (packet.empty()) return {};
  std::size_t remaining = 0;
  for (int shift = 0;; shift += 7) {
    const std::string digit = from.receive_exactly(1);
    if (digit.empty()) return {};
    packet += digit;
    remaining |= static_cast<std::size_t>(digit[0] & 0x7f) << shift;
    if ((digit[0] & 0x80) == 0) break;
  }
  packet += from.receive_exactly(remaining);
  return base::hex_encode(base::as_bytes(packet));
}

inline const std::string kConnackAccepted = "20020000";
inline const std::string kPingreq = std::string("\xc0\x00", 2);
inline const std::string kDisconnect = std::string("\xe0\x00", 2);
inline const std::string kPingresp = "d000";

}  // namespace berth::net::testing
