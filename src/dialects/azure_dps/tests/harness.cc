#include "dialects/azure_dps/tests/harness.h"

#include <gtest/gtest.h>

namespace berth::dialects::azure_dps::testing {
namespace {

constexpr std::string_view kRequestId = "5e000000-0000-4000-8000-000000000001";

Turn take_turn(const Dialect& dialect, const wire::Peer& peer, Session& session, Arrival arrival,
               domain::Outcome outcome) {
  Turn turn;
  StepResult first = dialect.step(peer, session, std::move(arrival));
  turn.actions = std::move(first.actions);
  if (first.commands.empty()) return turn;
  EXPECT_EQ(first.commands.size(), 1U);
  turn.command = std::get<Provision>(first.commands[0].body).command;
  Answer answer{std::move(outcome), std::move(first.commands[0].correlation)};
  StepResult second = dialect.step(peer, session, std::move(answer));
  for (wire::Action& action : second.actions) turn.actions.push_back(std::move(action));
  EXPECT_TRUE(second.commands.empty());
  return turn;
}

}  // namespace

wire::Peer peer_of(wire::Transport transport) {
  wire::Peer peer;
  peer.transport = transport;
  peer.address = "192.0.2.7";
  peer.server_name = "dps.example.net";
  return peer;
}

wire::HttpRequest http_request(std::string method, std::string path, std::string body) {
  wire::HttpRequest request;
  request.method = std::move(method);
  request.path = std::move(path);
  request.query = "api-version=2021-10-01";
  request.headers = {{"host", "dps.example.net"}, {"authorization", std::string(kToken)}};
  request.body = std::move(body);
  return request;
}

wire::HttpRequest device_request(std::string method, std::string_view rest, std::string body) {
  return http_request(std::move(method), "/0ne00ABCDEF/registrations/device-01" + std::string(rest),
                      std::move(body));
}

domain::Registration sample_registration(domain::RegistrationStatus status) {
  domain::Registration registration;
  registration.scope = domain::ScopeId::trusted("0ne00ABCDEF");
  registration.id = domain::RegistrationId::trusted("device-01");
  registration.enrollment.id = domain::EnrollmentId::trusted("device-01");
  registration.status = status;
  registration.hub_host = "hub1.example.net";
  registration.device_id = domain::DeviceId::trusted("device-01");
  registration.operation_id = "4.5a0011223344cc8c.4c240f23-a3a7-4ed5-ae73-000000000000";
  registration.created_at = base::FakeClock().wall();
  registration.updated_at = registration.created_at + std::chrono::microseconds(1'516'335);
  registration.version = 7;
  return registration;
}

domain::Outcome outcome_of(decltype(domain::Outcome::result) result) {
  return {std::move(result), "7a000000-0000-4000-8000-000000000001", base::FakeClock().wall()};
}

domain::Outcome copy_of(const domain::Outcome& outcome) {
  domain::Outcome copy;
  copy.trail_id = outcome.trail_id;
  copy.at = outcome.at;
  copy.poll_after = outcome.poll_after;
  if (const auto* accepted = std::get_if<domain::Accepted>(&outcome.result)) {
    copy.result = domain::Accepted{accepted->registration, {}, {}};
  } else if (const auto* current = std::get_if<domain::CurrentState>(&outcome.result)) {
    copy.result = *current;
  } else if (const auto* refused = std::get_if<domain::Refused>(&outcome.result)) {
    copy.result = *refused;
  } else {
    copy.result = domain::Authenticated{};
  }
  return copy;
}

Turn ask_http(wire::HttpRequest request, domain::Outcome outcome) {
  const std::unique_ptr<Dialect> dialect = make_azure_dps();
  const wire::Peer peer = peer_of(wire::Transport::kHttps);
  Session session;
  EXPECT_TRUE(dialect->claims(peer, request));
  Arrival arrival{std::move(request), base::FakeClock().wall(), std::string(kRequestId)};
  return take_turn(*dialect, peer, session, std::move(arrival), std::move(outcome));
}

const wire::HttpResponse& response_of(const Turn& turn) {
  static const wire::HttpResponse kNone;
  EXPECT_EQ(turn.actions.size(), 1U);
  const auto* response =
      turn.actions.empty() ? nullptr : std::get_if<wire::HttpResponse>(&turn.actions.front());
  EXPECT_NE(response, nullptr);
  return response == nullptr ? kNone : *response;
}

std::string header_of(const wire::HttpResponse& response, std::string_view name) {
  for (const wire::Header& each : response.headers) {
    if (each.name == name) return each.value;
  }
  return {};
}

MqttClient::MqttClient(wire::Transport transport)
    : dialect_(make_azure_dps()), peer_(peer_of(transport)) {}

Turn MqttClient::ask(wire::Request request, domain::Outcome outcome) {
  Arrival arrival{std::move(request), base::FakeClock().wall(), std::string(kRequestId)};
  return take_turn(*dialect_, peer_, session_, std::move(arrival), std::move(outcome));
}

Turn MqttClient::ask(wire::Request request) {
  const bool opening = std::holds_alternative<wire::MqttConnect>(request);
  domain::Outcome outcome = opening ? outcome_of(domain::Authenticated{})
                                    : outcome_of(domain::CurrentState{sample_registration()});
  return ask(std::move(request), std::move(outcome));
}

void MqttClient::connect() {
  const Turn opened = ask(connect_packet());
  ASSERT_EQ(all_of<wire::MqttConnack>(opened.actions).size(), 1U);
  EXPECT_EQ(all_of<wire::MqttConnack>(opened.actions)[0].code, wire::MqttConnectCode::kAccepted);
  ask(subscribe_packet("$dps/registrations/res/#"));
}

wire::MqttConnect connect_packet() {
  wire::MqttConnect packet;
  packet.client_id = "device-01";
  packet.user_name = "0ne00ABCDEF/registrations/device-01/api-version=2019-03-31";
  packet.password = Secret::from_text(kToken);
  return packet;
}

wire::MqttPublish publish_packet(std::string topic, std::string payload) {
  wire::MqttPublish packet;
  packet.topic = std::move(topic);
  packet.payload = std::move(payload);
  packet.qos = 1;
  packet.packet_id = 9;
  return packet;
}

wire::MqttSubscribe subscribe_packet(std::string filter, std::uint8_t qos) {
  wire::MqttSubscribe packet;
  packet.packet_id = 1;
  packet.subscriptions.push_back({std::move(filter), qos});
  return packet;
}

}  // namespace berth::dialects::azure_dps::testing
