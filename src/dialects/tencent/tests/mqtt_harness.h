// An MQTT connection to the dialect as app makes it, without the hub: commands are kept, answers
// given.
//
// Room dialects, tests. Thread rule: none.
#pragma once

#include "dialects/tencent/mqtt_step.h"

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace berth::dialects::tencent::testing {

inline constexpr std::string_view kDevice = "S3EUVBRJLBdev1";

class Connection {
 public:
  Connection();
  explicit Connection(wire::Peer peer) : peer_(std::move(peer)) {}

  // One step; its commands join the open ones.
  wire::Actions send(wire::Request request);
  wire::Actions answer(domain::HubResult result);  // of the oldest open command
  wire::Actions tell(domain::HubEvent event);

  // CONNECT, accepted, with the vendor's default topics; then these filters, all with `qos`.
  void open(std::vector<std::string> filters = {}, std::uint8_t qos = 0);
  // `id` is bound and goes online.
  void bring_online(std::string_view id);

  std::deque<Command> commands;

 private:
  wire::Actions take(StepResult result);

  wire::Peer peer_;
  Session session_;
};

wire::Peer peer();
wire::MqttConnect connect_packet(std::string_view user_name, std::string_view password = {});
wire::MqttPublish publish_packet(std::string topic, std::string payload = {}, std::uint8_t qos = 1);
domain::DeviceConnected connected();
domain::HubRefused refused(domain::Reason reason);

// The claim that a CONNECT makes.
domain::Claim claim_of(const wire::Peer& peer, wire::MqttConnect packet);
// What is wrong with it; "" when it can be read.
std::string malformed_in(const domain::Evidence& evidence);
// Whether the MAC is that of one of the texts, made with the secret whose base64 text this is.
bool verifies(const domain::SignedText& text, std::string_view secret_base64);

template <class Packet>
std::vector<Packet> all_of(const wire::Actions& actions) {
  std::vector<Packet> found;
  for (const wire::Action& action : actions) {
    if (const auto* packet = std::get_if<Packet>(&action)) found.push_back(*packet);
  }
  return found;
}

// The command in an Operate; fails the test when it is another.
template <class Body>
Body body_of(const Command& command) {
  return std::get<Body>(std::get<Operate>(command.body).command);
}
template <class Body>
bool is(const Command& command) {
  return std::holds_alternative<Body>(std::get<Operate>(command.body).command);
}

}  // namespace berth::dialects::tencent::testing
