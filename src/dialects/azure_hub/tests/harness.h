// A connection to the dialect as app makes it, without the hub: commands are kept, answers given.
//
// Room dialects, tests. Thread rule: none.
#pragma once

#include "dialects/azure_hub/azure_hub.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace berth::dialects::azure_hub::testing {

class Connection {
 public:
  Connection();

  // One step; its commands join the open ones.
  wire::Actions send(wire::Request request);
  wire::Actions answer(domain::HubResult result);  // of the oldest open command
  wire::Actions tell(domain::HubEvent event);

  // CONNECT, accepted, and a subscription to every filter.
  void open();

  std::deque<Command> commands;

 private:
  wire::Actions take(StepResult result);

  std::unique_ptr<Dialect> dialect_;
  wire::Peer peer_;
  Session session_;
};

wire::MqttConnect connect_packet();
wire::MqttPublish publish_packet(std::string topic, std::string payload = {}, std::uint8_t qos = 1);
domain::DeviceConnected connected();

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

}  // namespace berth::dialects::azure_hub::testing
