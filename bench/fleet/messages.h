// Bytes of a server into whole messages, and requests into bytes: as little of HTTP/1.1 and MQTT
// 3.1.1 as the servers that are measured speak. What does not fit is an error, never skipped.
//
// Thread rule: pure functions. Views in a Framed point into `bytes` or into `scratch`.
#pragma once

#include "bench/fleet/plan.h"

#include <optional>
#include <string>
#include <string_view>

namespace berth::fleet {

struct Framed {
  enum class State { kMore, kWhole, kWrong } state = State::kMore;
  std::size_t consumed = 0;
  Answer answer = {};
  std::string_view why = {};  // a literal
};

// A body comes with Content-Length, in chunks (put together in `scratch`), or not at all.
Framed frame_http(std::string_view bytes, std::string& scratch);
Framed frame_mqtt(std::string_view bytes);

struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view host;
  std::string_view authorization = {};
  std::string_view body = {};
  std::string_view content_type = "application/json; charset=utf-8";
};
std::string to_bytes(const HttpRequest& request);

// Seconds of `Retry-After`; nothing when it is missing or a date.
std::optional<unsigned> retry_after(const Answer& answer);

// The text of a member of a flat JSON object, as it stands: `"name":"text"`. Enough for answers
// whose values need no escapes; empty when it is not there.
std::string_view json_text(std::string_view body, std::string_view name);

namespace mqtt_type {
inline constexpr std::uint8_t kConnack = 2;
inline constexpr std::uint8_t kPublish = 3;
inline constexpr std::uint8_t kPuback = 4;
inline constexpr std::uint8_t kSuback = 9;
}  // namespace mqtt_type

struct MqttLogin {
  std::string_view client_id;
  std::string_view user_name;
  std::string_view password;
  std::uint16_t keep_alive_seconds = 600;
};
std::string mqtt_connect(const MqttLogin& login);
std::string mqtt_subscribe(std::string_view filter, std::uint8_t qos);
std::string mqtt_publish(std::string_view topic, std::string_view payload, std::uint16_t packet_id);
std::string mqtt_puback(std::uint16_t packet_id);
std::string mqtt_disconnect();

// A PUBLISH that the server sent.
struct MqttPublished {
  std::string_view topic;
  std::string_view payload;
  std::uint16_t packet_id = 0;  // 0 with QoS 0
};
std::optional<MqttPublished> read_publish(const Answer& answer);
std::optional<std::uint16_t> packet_id(const Answer& answer);  // of PUBACK and SUBACK
// The byte of CONNACK (1) or SUBACK (2) that says how it went, in digits, or "nothing".
std::string mqtt_code(const Answer& answer, std::size_t at);

}  // namespace berth::fleet
