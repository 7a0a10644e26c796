#include "bench/instructions/devices.h"

#include "crypto/hmac.h"
#include "mqtt/codec.h"

#include <fmt/format.h>

namespace berth::bench {
namespace {

constexpr std::int64_t kTokenSeconds = 3600;
constexpr std::string_view kApi = "api-version=2021-06-01";
constexpr int kNonce = 5456;
constexpr std::uint16_t kKeepAliveSeconds = 240;

std::string resource_of(const Registrant& device) {
  return device.scope + "/registrations/" + device.id;
}

std::string body_of(const Registrant& device) {
  std::string body = R"({"registrationId":")" + device.id + '"';
  if (!device.request.empty()) body += R"(,"csr":")" + device.request + '"';
  return body + '}';
}

Headers headers_of(const Registrant& device) {
  Headers headers{{"User-Agent", "py-azure-iot-device/2.13.0"}, {"Accept", "application/json"}};
  if (!device.token.empty()) headers.emplace_back("Authorization", device.token);
  return headers;
}

}  // namespace

std::string signature(std::span<const std::uint8_t> key, std::string_view resource, TimePoint now,
                      std::string_view policy) {
  const std::string escaped = base::percent_encode(resource);
  const std::int64_t expires = base::to_unix_seconds(now) + kTokenSeconds;
  const crypto::Sha256 mac = crypto::hmac_sha256(key, fmt::format("{}\n{}", escaped, expires));
  std::string text = fmt::format("SharedAccessSignature sr={}&sig={}&se={}", escaped,
                                 base::percent_encode(base::base64_encode(mac)), expires);
  if (!policy.empty()) text += fmt::format("&skn={}", policy);
  return text;
}

std::string http_request(std::string_view method, std::string_view target, const Headers& headers,
                         std::string_view body) {
  std::string text = fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\n", method, target);
  for (const auto& [name, value] : headers) text += fmt::format("{}: {}\r\n", name, value);
  if (!body.empty()) {
    text += fmt::format("Content-Type: application/json; charset=utf-8\r\nContent-Length: {}\r\n",
                        body.size());
  }
  return text + "\r\n" + std::string(body);
}

std::string register_request(const Registrant& device) {
  return http_request("PUT", fmt::format("/{}/register?{}", resource_of(device), kApi),
                      headers_of(device), body_of(device));
}

std::string poll_request(const Registrant& device, std::string_view answer) {
  const std::string operation = member_of(answer, "operationId");
  return http_request("GET",
                      fmt::format("/{}/operations/{}?{}", resource_of(device), operation, kApi),
                      headers_of(device), {});
}

std::string mqtt_connect(const MqttLogin& login) {
  wire::MqttConnect packet;
  packet.client_id = login.client_id;
  packet.user_name = login.user_name;
  packet.password = login.password.clone();
  packet.keep_alive_seconds = kKeepAliveSeconds;
  std::string out;
  mqtt::encode_mqtt(mqtt::MqttPacket(std::move(packet)), out);
  return out;
}

std::string mqtt_subscribe(std::string_view filter) {
  wire::MqttSubscribe packet;
  packet.packet_id = 1;
  packet.subscriptions.push_back({std::string(filter), 1});
  std::string out;
  mqtt::encode_mqtt(mqtt::MqttPacket(std::move(packet)), out);
  return out;
}

std::string mqtt_publish(std::string topic, std::string payload, std::uint16_t packet_id) {
  wire::MqttPublish packet;
  packet.topic = std::move(topic);
  packet.payload = std::move(payload);
  packet.qos = 1;
  packet.packet_id = packet_id;
  std::string out;
  mqtt::encode_mqtt(mqtt::MqttPacket(std::move(packet)), out);
  return out;
}

MqttLogin registrant_login(const Registrant& device) {
  return {device.id, fmt::format("{}/api-version=2019-03-31&ClientVersion=py", resource_of(device)),
          Secret::from_text(device.token)};
}

std::string mqtt_register(const Registrant& device) {
  return mqtt_subscribe("$dps/registrations/res/#") +
         mqtt_publish("$dps/registrations/PUT/iotdps-register/?$rid=1", body_of(device), 2);
}

std::string mqtt_poll(std::string_view answer) {
  return mqtt_publish("$dps/registrations/GET/iotdps-get-operationstatus/?$rid=2&operationId=" +
                          member_of(answer, "operationId"),
                      " ", 3);
}

std::string product_request(std::string_view product, std::string_view secret,
                            std::string_view device, TimePoint now) {
  const std::int64_t time = base::to_unix_seconds(now);
  const std::string text = fmt::format("deviceName={}&nonce={}&productId={}&timestamp={}", device,
                                       kNonce, product, time);
  const crypto::Sha1Mac mac = crypto::hmac_sha1(base::as_bytes(secret), text);
  const std::string proof = base::base64_encode(base::as_bytes(base::hex_encode(mac)));
  return http_request(
      "POST", "/register/dev", {{"Accept", "*/*"}},
      fmt::format(
          R"({{"deviceName":"{}","nonce":{},"productId":"{}","timestamp":{},"signature":"{}"}})",
          device, kNonce, product, time, proof));
}

std::string member_of(std::string_view answer, std::string_view name) {
  const std::string begins = fmt::format(R"("{}":")", name);
  const std::size_t at = answer.find(begins);
  if (at == answer.npos) return {};
  const std::size_t from = at + begins.size();
  return std::string(answer.substr(from, answer.find('"', from) - from));
}

}  // namespace berth::bench
