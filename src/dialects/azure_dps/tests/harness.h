// Talks to the dialect as app does: one request, its command answered with a given outcome.
//
// Room dialects, tests. Thread rule: none.
#pragma once

#include "dialects/azure_dps/azure_dps.h"

#include <optional>
#include <string>
#include <vector>

namespace berth::dialects::azure_dps::testing {

inline constexpr std::string_view kToken =
    "SharedAccessSignature sr=0ne00ABCDEF%2Fregistrations%2Fdevice-01"
    "&sig=Q1z8G9Q8YwWucS%2F5AE4a2G3KGDb0PuXfA7WwNrIgJpk%3D&se=1900000000";

struct Turn {
  std::optional<domain::ProvisioningCommand> command;  // the one that was given, if any
  wire::Actions actions;                               // all of them, in order
};

wire::Peer peer_of(wire::Transport transport);
wire::HttpRequest http_request(std::string method, std::string path, std::string body = {});
// "/0ne00ABCDEF/registrations/device-01" + rest, with api-version.
wire::HttpRequest device_request(std::string method, std::string_view rest, std::string body = {});
domain::Registration sample_registration(
    domain::RegistrationStatus status = domain::RegistrationStatus::kAssigned);

Turn ask_http(wire::HttpRequest request, domain::Outcome outcome);
const wire::HttpResponse& response_of(const Turn& turn);
std::string header_of(const wire::HttpResponse& response, std::string_view name);

// A connection over MQTT.
class MqttClient {
 public:
  explicit MqttClient(wire::Transport transport = wire::Transport::kMqtt);

  Turn ask(wire::Request request, domain::Outcome outcome);
  Turn ask(wire::Request request);  // outcome: an authenticated device, or its assigned state
  // CONNECT and SUBSCRIBE, both accepted.
  void connect();

 private:
  std::unique_ptr<Dialect> dialect_;
  wire::Peer peer_;
  Session session_;
};

wire::MqttConnect connect_packet();
wire::MqttPublish publish_packet(std::string topic, std::string payload = {});
wire::MqttSubscribe subscribe_packet(std::string filter, std::uint8_t qos = 1);

inline constexpr std::string_view kRegisterTopic = "$dps/registrations/PUT/iotdps-register/?$rid=";
inline constexpr std::string_view kPollTopic =
    "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=";

template <class Packet>
std::vector<Packet> all_of(const wire::Actions& actions) {
  std::vector<Packet> found;
  for (const wire::Action& action : actions) {
    if (const auto* packet = std::get_if<Packet>(&action)) found.push_back(*packet);
  }
  return found;
}

domain::Outcome outcome_of(decltype(domain::Outcome::result) result);
// An outcome may hold a credential, so it has no copies; those of this dialect hold none.
domain::Outcome copy_of(const domain::Outcome& outcome);

}  // namespace berth::dialects::azure_dps::testing
