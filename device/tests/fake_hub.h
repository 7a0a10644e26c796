// A cloud for tests of devices: one port, with TLS unless told otherwise, that provisions over HTTP
// and is a hub over MQTT, with every answer replaceable. Keeps what it was sent.
//
// Room device, tests. Thread rule: made and destroyed by the test; the answers are called on the
// server's thread, one connection at a time, and set before the first connection.
#pragma once

#include "base/codec.h"
#include "device/tests/tls_server.h"
#include "mqtt/codec.h"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace berth::device::testing {

class FakeHub {
 public:
  // What to do about one packet: the bytes to send; "close" as the whole answer ends the connection
  // without a word.
  using Answer = std::function<std::string(const mqtt::MqttPacket&)>;
  using HttpAnswer = std::function<std::string(const std::string& request)>;

  explicit FakeHub(const Protection& protection = {})
      : listener_([this](const Peer& peer) { converse(peer); }, protection) {}

  Answer answer = [this](const mqtt::MqttPacket& packet) { return usual(packet); };
  HttpAnswer provision;
  std::string twin = R"({"desired":{"interval":5,"$version":4},"reported":{"$version":7}})";
  // Whether CONNECT is answered with success.
  std::function<bool(const wire::MqttConnect&)> lets_in = [](const wire::MqttConnect&) {
    return true;
  };
  // Sent after the PUBACK of each message.
  std::string after_message;

  std::uint16_t port() const { return listener_.port(); }
  const std::filesystem::path& ca() const { return listener_.ca(); }
  int connections() const { return listener_.connections(); }
  void cut() { listener_.cut(); }

  // "CONNECT d-1 …", "SUBSCRIBE a b", "PUBLISH topic payload", "PUBACK", … in order,
  // once the client has left.
  std::vector<std::string> seen() {
    listener_.wait_idle();
    const std::lock_guard lock(mutex_);
    return seen_;
  }

  // What a hub that works says.
  std::string usual(const mqtt::MqttPacket& packet) {
    std::string out;
    if (const auto* connect = std::get_if<wire::MqttConnect>(&packet)) {
      wire::MqttConnack connack;
      const bool well = lets_in(*connect);
      connack.code =
          well ? wire::MqttConnectCode::kAccepted : wire::MqttConnectCode::kNotAuthorized;
      mqtt::encode_mqtt(connack, out);
    } else if (const auto* subscribe = std::get_if<wire::MqttSubscribe>(&packet)) {
      wire::MqttSuback suback{subscribe->packet_id, {}};
      for (const auto& each : subscribe->subscriptions) suback.codes.push_back(each.qos);
      mqtt::encode_mqtt(suback, out);
    } else if (const auto* unsubscribe = std::get_if<wire::MqttUnsubscribe>(&packet)) {
      mqtt::encode_mqtt(wire::MqttUnsuback{unsubscribe->packet_id}, out);
    } else if (const auto* publish = std::get_if<wire::MqttPublish>(&packet)) {
      if (publish->qos > 0) {
        mqtt::encode_mqtt(wire::MqttPuback{publish->packet_id}, out);
        out += after_message;
      }
      if (publish->topic.starts_with("$iothub/twin/")) out += twin_answer(publish->topic);
    } else if (std::holds_alternative<mqtt::MqttPingreq>(packet)) {
      mqtt::encode_mqtt_pingresp(out);
    }
    return out;
  }

  static std::string published(const std::string& topic, const std::string& payload,
                               std::uint8_t qos = 0) {
    std::string out;
    const wire::MqttPublish message{
        .topic = topic, .payload = payload, .qos = qos, .packet_id = 77};
    mqtt::encode_mqtt(message, out);
    return out;
  }

 private:
  std::string twin_answer(const std::string& topic) const {
    const std::string request = topic.substr(topic.find("$rid="));
    if (topic.starts_with("$iothub/twin/GET/")) {
      return published("$iothub/twin/res/200/?" + request, twin);
    }
    return published("$iothub/twin/res/204/?" + request + "&$version=8", "");
  }

  static std::string described(const mqtt::MqttPacket& packet) {
    if (const auto* connect = std::get_if<wire::MqttConnect>(&packet)) {
      return "CONNECT " + connect->client_id + " " + connect->user_name.value_or("-");
    }
    if (const auto* subscribe = std::get_if<wire::MqttSubscribe>(&packet)) {
      std::string line = "SUBSCRIBE";
      for (const auto& each : subscribe->subscriptions) line += " " + each.filter;
      return line;
    }
    if (const auto* publish = std::get_if<wire::MqttPublish>(&packet)) {
      return "PUBLISH " + publish->topic + " " + publish->payload;
    }
    if (std::holds_alternative<mqtt::MqttPubackIn>(packet)) return "PUBACK";
    if (std::holds_alternative<mqtt::MqttPingreq>(packet)) return "PINGREQ";
    if (std::holds_alternative<wire::MqttDisconnect>(packet)) return "DISCONNECT";
    return "?";
  }

  void converse(const Peer& peer) {
    std::string buffer;
    char bytes[4096];
    for (;;) {
      const int size = peer.read(bytes, sizeof(bytes));
      if (size <= 0) return;
      buffer.append(bytes, static_cast<std::size_t>(size));
      const bool is_http =
          buffer.starts_with("PUT ") || buffer.starts_with("GET ") || buffer.starts_with("POST ");
      const bool goes_on = is_http ? take_request(peer, buffer) : take_packets(peer, buffer);
      if (!goes_on) return;
    }
  }

  bool take_request(const Peer& peer, std::string& buffer) {
    if (!is_whole(buffer)) return true;
    const std::string reply = provision ? provision(buffer) : "";
    buffer.clear();
    return !reply.empty() && peer.write(reply);
  }

  bool take_packets(const Peer& peer, std::string& buffer) {
    for (;;) {
      const mqtt::MqttDecoded decoded =
          mqtt::decode_mqtt(base::as_bytes(buffer), mqtt::MqttLimits());
      if (std::holds_alternative<mqtt::MqttIncomplete>(decoded.outcome)) return true;
      const auto* packet = std::get_if<mqtt::MqttPacket>(&decoded.outcome);
      if (packet == nullptr) return false;
      {
        const std::lock_guard lock(mutex_);
        seen_.push_back(described(*packet));
      }
      const std::string reply = answer(*packet);
      buffer.erase(0, decoded.consumed);
      if (reply == "close" || !peer.write(reply)) return false;
    }
  }

  mutable std::mutex mutex_;
  std::vector<std::string> seen_;
  TlsListener listener_;  // last: its thread uses the rest
};

}  // namespace berth::device::testing
