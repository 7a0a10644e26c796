#include "dialects/azure_hub/tests/harness.h"

#include <gtest/gtest.h>

namespace berth::dialects::azure_hub::testing {

Connection::Connection() : dialect_(make_azure_hub()) {
  peer_.transport = wire::Transport::kMqtt;
  peer_.address = "192.0.2.7";
}

wire::Actions Connection::send(wire::Request request) {
  Arrival arrival{std::move(request), base::FakeClock().wall(), "request-1"};
  return take(dialect_->step(peer_, session_, std::move(arrival)));
}

wire::Actions Connection::answer(domain::HubResult result) {
  if (commands.empty()) {
    ADD_FAILURE() << "no command is open";
    return {};
  }
  Answer answer{std::move(result), std::move(commands.front().correlation)};
  commands.pop_front();
  return take(dialect_->step(peer_, session_, std::move(answer)));
}

wire::Actions Connection::tell(domain::HubEvent event) {
  return take(dialect_->step(peer_, session_, Event{std::move(event), base::FakeClock().wall()}));
}

void Connection::open() {
  send(connect_packet());
  answer(connected());
  send(wire::MqttSubscribe{1,
                           {{"devices/dev1/messages/devicebound/#", 1},
                            {"$iothub/twin/res/#", 0},
                            {"$iothub/twin/PATCH/properties/desired/#", 0},
                            {"$iothub/methods/POST/#", 0}}});
  EXPECT_EQ(all_of<wire::MqttSuback>(answer(domain::HubDone{})).size(), 1U);
  EXPECT_TRUE(commands.empty());
}

wire::Actions Connection::take(StepResult result) {
  for (Command& command : result.commands) commands.push_back(std::move(command));
  return std::move(result.actions);
}

wire::MqttConnect connect_packet() {
  wire::MqttConnect packet;
  packet.client_id = "dev1";
  packet.user_name = "hub1.example.net/dev1/?api-version=2021-04-12";
  packet.password = Secret::from_text(
      "SharedAccessSignature sr=hub1.example.net%2Fdevices%2Fdev1"
      "&sig=vhhFwQS5NDxuNcoMBb9NtDfWhlsf6yoRzRN7BHrvSB8%3D&se=1900000000");
  packet.clean_session = false;
  return packet;
}

wire::MqttPublish publish_packet(std::string topic, std::string payload, std::uint8_t qos) {
  wire::MqttPublish packet;
  packet.topic = std::move(topic);
  packet.payload = std::move(payload);
  packet.qos = qos;
  packet.packet_id = qos == 0 ? 0 : 7;
  return packet;
}

domain::DeviceConnected connected() {
  domain::DeviceConnected connected;
  connected.hub = domain::HubName::trusted("hub-one");
  connected.hub_host = "hub1.example.net";
  connected.device = domain::DeviceId::trusted("dev1");
  return connected;
}

}  // namespace berth::dialects::azure_hub::testing
