#include "dialects/tencent/tests/mqtt_harness.h"

#include "base/codec.h"
#include "crypto/hmac.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::tencent::testing {

Connection::Connection() : peer_(peer()) {}

wire::Actions Connection::send(wire::Request request) {
  Arrival arrival{std::move(request), base::FakeClock().wall(), "request-1"};
  return take(mqtt_step(peer_, session_, std::move(arrival)));
}

wire::Actions Connection::answer(domain::HubResult result) {
  if (commands.empty()) {
    ADD_FAILURE() << "no command is open";
    return {};
  }
  Answer answer{std::move(result), std::move(commands.front().correlation)};
  commands.pop_front();
  return take(mqtt_step(peer_, session_, std::move(answer)));
}

wire::Actions Connection::tell(domain::HubEvent event) {
  return take(mqtt_step(peer_, session_, Event{std::move(event), base::FakeClock().wall()}));
}

void Connection::open(std::vector<std::string> filters, std::uint8_t qos) {
  send(connect_packet("S3EUVBRJLBdev1;21010406;rfozK;9223372036854775807"));
  answer(connected());
  if (filters.empty()) return;
  wire::MqttSubscribe packet{1, {}};
  for (std::string& each : filters) packet.subscriptions.push_back({std::move(each), qos});
  send(std::move(packet));
  answer(domain::HubDone{});
  EXPECT_TRUE(commands.empty());
}

void Connection::bring_online(std::string_view id) {
  send(publish_packet("$gateway/operation/S3EUVBRJLB/dev1",
                      fmt::format(R"({{"type":"online","payload":{{"devices":[{{"product_id":"{}",)"
                                  R"("device_name":"{}"}}]}}}})",
                                  id.substr(0, 10), id.substr(10)),
                      0));
  answer(domain::BoundDevices{{domain::DeviceId::trusted(std::string(id))}});
}

wire::Actions Connection::take(StepResult result) {
  for (Command& command : result.commands) commands.push_back(std::move(command));
  return std::move(result.actions);
}

wire::Peer peer() {
  wire::Peer peer;
  peer.transport = wire::Transport::kMqttPlain;
  peer.address = "192.0.2.7";
  return peer;
}

wire::MqttConnect connect_packet(std::string_view user_name, std::string_view password) {
  wire::MqttConnect packet;
  packet.client_id = user_name.substr(0, user_name.find(';'));
  packet.user_name = user_name;
  if (!password.empty()) packet.password = Secret::from_text(password);
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
  connected.device = domain::DeviceId::trusted(std::string(kDevice));
  connected.topics = {{"event", true, false}, {"control", false, true}, {"data", true, true}};
  return connected;
}

domain::HubRefused refused(domain::Reason reason) {
  domain::HubRefused result;
  result.reason = reason;
  result.tracking_id = "trail-1";
  result.at = base::FakeClock().wall();
  return result;
}

domain::Claim claim_of(const wire::Peer& peer, wire::MqttConnect packet) {
  Connection connection(peer);
  connection.send(std::move(packet));
  if (connection.commands.empty()) {
    ADD_FAILURE() << "no command for a CONNECT";
    return {};
  }
  return body_of<domain::ConnectDevice>(connection.commands.front()).claim;
}

std::string malformed_in(const domain::Evidence& evidence) {
  const auto* malformed = std::get_if<domain::MalformedEvidence>(&evidence);
  return malformed == nullptr ? std::string() : malformed->what;
}

bool verifies(const domain::SignedText& text, std::string_view secret_base64) {
  const base::Bytes key = text.key_form == domain::KeyForm::kBytes
                              ? base::base64_decode(secret_base64).value()
                              : base::Bytes(secret_base64.begin(), secret_base64.end());
  return std::any_of(text.texts.begin(), text.texts.end(), [&](const std::string& each) {
    if (text.algorithm == domain::MacAlgorithm::kHmacSha256) {
      return crypto::verify_hmac_sha256(key, each, text.mac);
    }
    const crypto::Sha1Mac mac = crypto::hmac_sha1(key, each);
    return std::equal(mac.begin(), mac.end(), text.mac.begin(), text.mac.end());
  });
}

}  // namespace berth::dialects::tencent::testing
