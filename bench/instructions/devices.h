// What devices send, byte by byte, with their proofs.
//
// Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/secret.h"

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::bench {

using Headers = std::vector<std::pair<std::string, std::string>>;

// "SharedAccessSignature sr=…&sig=…&se=…", good for an hour from `now`; `resource` as it is before
// it is escaped.
std::string signature(std::span<const std::uint8_t> key, std::string_view resource, TimePoint now,
                      std::string_view policy);

// With Host, Content-Length and what clients usually send.
std::string http_request(std::string_view method, std::string_view target, const Headers& headers,
                         std::string_view body);

// The registrations of azure-dps.md, of one device of a scope.
struct Registrant {
  std::string scope;
  std::string id;
  std::string token = {};    // empty: it shows a certificate
  std::string request = {};  // base64 of a signing request, when it wants a certificate
};
std::string register_request(const Registrant& device);
// `answer`: of the server to the register request.
std::string poll_request(const Registrant& device, std::string_view answer);

struct MqttLogin {
  std::string client_id;
  std::string user_name;
  Secret password;
};
std::string mqtt_connect(const MqttLogin& login);
std::string mqtt_subscribe(std::string_view filter);
std::string mqtt_publish(std::string topic, std::string payload, std::uint16_t packet_id);

MqttLogin registrant_login(const Registrant& device);
// Subscribes to the answers and registers.
std::string mqtt_register(const Registrant& device);
std::string mqtt_poll(std::string_view answer);

// tencent.md §2, the first generation.
std::string product_request(std::string_view product, std::string_view secret,
                            std::string_view device, TimePoint now);

// Text member `name` of the JSON that is somewhere in `answer`; empty when it is not there.
std::string member_of(std::string_view answer, std::string_view name);

}  // namespace berth::bench
