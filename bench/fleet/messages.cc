#include "bench/fleet/messages.h"

#include "base/codec.h"

#include <array>
#include <charconv>

namespace berth::fleet {
namespace {

constexpr std::size_t kHeadMax = 16 * 1024;
constexpr std::size_t kBodyMax = 1024 * 1024;
constexpr std::uint16_t kSubscribeId = 1;

Framed wrong(std::string_view why) { return {Framed::State::kWrong, 0, {}, why}; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

template <class Number>
std::optional<Number> number_of(std::string_view text, int base = 10) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// RFC 9112 §7.1, without extensions and trailers.
Framed frame_chunks(Framed framed, std::string_view rest, std::string& scratch) {
  scratch.clear();
  const std::size_t whole = rest.size();
  for (;;) {
    const std::size_t line = rest.find("\r\n");
    if (line == rest.npos) return {};
    const auto size = number_of<std::size_t>(rest.substr(0, line), 16);
    if (!size || *size > kBodyMax) return wrong("a chunk's size cannot be read");
    if (rest.size() < line + 2 + *size + 2) return {};
    scratch.append(rest.substr(line + 2, *size));
    rest.remove_prefix(line + 2 + *size + 2);
    if (*size == 0) break;
  }
  framed.consumed += whole - rest.size();
  framed.answer.body = scratch;
  return framed;
}

void put_length(std::string& out, std::size_t size) {
  do {
    const auto low = static_cast<std::uint8_t>(size % 128);
    size /= 128;
    out.push_back(static_cast<char>(size > 0 ? low | 0x80 : low));
  } while (size > 0);
}

void put_number(std::string& out, std::uint16_t number) {
  out.push_back(static_cast<char>(number >> 8));
  out.push_back(static_cast<char>(number & 0xff));
}

void put_text(std::string& out, std::string_view text) {
  put_number(out, static_cast<std::uint16_t>(text.size()));
  out += text;
}

std::string packet(std::uint8_t first, std::string_view content) {
  std::string out(1, static_cast<char>(first));
  put_length(out, content.size());
  out += content;
  return out;
}

std::uint16_t number_at(std::string_view bytes, std::size_t at) {
  return static_cast<std::uint16_t>((static_cast<std::uint8_t>(bytes[at]) << 8) |
                                    static_cast<std::uint8_t>(bytes[at + 1]));
}

}  // namespace

std::string_view header(const Answer& answer, std::string_view name) {
  std::string_view head = answer.head;
  while (!head.empty()) {
    const std::size_t end = std::min(head.find("\r\n"), head.size());
    const std::string_view line = head.substr(0, end);
    head.remove_prefix(std::min(end + 2, head.size()));
    if (line.size() <= name.size() || line[name.size()] != ':') continue;
    if (base::equals_ignoring_case(line.substr(0, name.size()), name)) {
      return trimmed(line.substr(name.size() + 1));
    }
  }
  return {};
}

Framed frame_http(std::string_view bytes, std::string& scratch) {
  const std::size_t head = bytes.find("\r\n\r\n");
  if (head == bytes.npos) return bytes.size() > kHeadMax ? wrong("an endless header") : Framed();
  Framed framed{Framed::State::kWhole, head + 4};
  framed.answer.head = bytes.substr(0, head + 2);
  constexpr std::string_view kVersion = "HTTP/1.1 ";
  const auto status = number_of<int>(bytes.substr(std::min(kVersion.size(), head), 3));
  if (!bytes.starts_with(kVersion) || !status) return wrong("an answer that is not HTTP/1.1");
  framed.answer.status = *status;
  framed.answer.server_closes =
      base::equals_ignoring_case(header(framed.answer, "connection"), "close");
  const std::string_view rest = bytes.substr(framed.consumed);
  if (!header(framed.answer, "transfer-encoding").empty()) {
    return frame_chunks(framed, rest, scratch);
  }
  const std::string_view length = header(framed.answer, "content-length");
  const auto size = length.empty() ? std::optional<std::size_t>(0) : number_of<std::size_t>(length);
  if (!size || *size > kBodyMax) return wrong("a Content-Length that cannot be read");
  if (rest.size() < *size) return {};
  framed.answer.body = rest.substr(0, *size);
  framed.consumed += *size;
  return framed;
}

Framed frame_mqtt(std::string_view bytes) {
  std::size_t size = 0;
  for (std::size_t at = 1; at < bytes.size(); ++at) {
    if (at > 4) return wrong("an MQTT packet's length cannot be read");
    const auto byte = static_cast<std::uint8_t>(bytes[at]);
    size |= static_cast<std::size_t>(byte & 0x7f) << (7 * (at - 1));
    if ((byte & 0x80) != 0) continue;
    if (size > kBodyMax) return wrong("an MQTT packet is too large");
    if (bytes.size() < at + 1 + size) return {};
    Framed framed{Framed::State::kWhole, at + 1 + size};
    framed.answer.type = static_cast<std::uint8_t>(bytes[0]) >> 4;
    framed.answer.flags = static_cast<std::uint8_t>(bytes[0]) & 0x0f;
    framed.answer.body = bytes.substr(at + 1, size);
    return framed;
  }
  return {};
}

std::string to_bytes(const HttpRequest& request) {
  std::string out;
  out.reserve(256 + request.target.size() + request.authorization.size() + request.body.size());
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\nHost: ");
  out.append(request.host).append("\r\nAccept: application/json\r\nUser-Agent: fleet_bench\r\n");
  if (!request.authorization.empty()) {
    out.append("Authorization: ").append(request.authorization).append("\r\n");
  }
  if (request.method != "GET") {
    out.append("Content-Type: ").append(request.content_type).append("\r\nContent-Length: ");
    out.append(std::to_string(request.body.size())).append("\r\n");
  }
  return out.append("\r\n").append(request.body);
}

std::optional<unsigned> retry_after(const Answer& answer) {
  const std::string_view value = header(answer, "retry-after");
  return value.empty() ? std::nullopt : number_of<unsigned>(value);
}

std::string_view json_text(std::string_view body, std::string_view name) {
  for (std::size_t at = body.find(name); at != body.npos; at = body.find(name, at + 1)) {
    std::string_view rest = body.substr(at + name.size());
    if (at == 0 || body[at - 1] != '"' || !rest.starts_with('"')) continue;
    rest.remove_prefix(1);
    while (rest.starts_with(' ') || rest.starts_with(':')) rest.remove_prefix(1);
    if (!rest.starts_with('"')) continue;
    rest.remove_prefix(1);
    return rest.substr(0, rest.find('"'));
  }
  return {};
}

std::string mqtt_connect(const MqttLogin& login) {
  constexpr std::uint8_t kUserName = 0x80;
  constexpr std::uint8_t kPassword = 0x40;
  constexpr std::uint8_t kCleanSession = 0x02;
  std::uint8_t flags = kCleanSession;
  if (!login.user_name.empty()) flags |= kUserName;
  if (!login.password.empty()) flags |= kPassword;
  std::string content;
  put_text(content, "MQTT");
  content.push_back(4);  // protocol level of 3.1.1
  content.push_back(static_cast<char>(flags));
  put_number(content, login.keep_alive_seconds);
  put_text(content, login.client_id);
  if (!login.user_name.empty()) put_text(content, login.user_name);
  if (!login.password.empty()) put_text(content, login.password);
  return packet(0x10, content);
}

std::string mqtt_subscribe(std::string_view filter, std::uint8_t qos) {
  std::string content;
  put_number(content, kSubscribeId);
  put_text(content, filter);
  content.push_back(static_cast<char>(qos));
  return packet(0x82, content);
}

std::string mqtt_publish(std::string_view topic, std::string_view payload, std::uint16_t id) {
  std::string content;
  put_text(content, topic);
  put_number(content, id);
  content += payload;
  return packet(0x32, content);
}

std::string mqtt_puback(std::uint16_t id) {
  std::string content;
  put_number(content, id);
  return packet(0x40, content);
}

std::string mqtt_disconnect() { return packet(0xe0, {}); }

std::optional<MqttPublished> read_publish(const Answer& answer) {
  std::string_view body = answer.body;
  const bool has_id = (answer.flags & 0x06) != 0;
  if (answer.type != mqtt_type::kPublish || body.size() < 2) return std::nullopt;
  const std::size_t size = number_at(body, 0);
  if (body.size() < 2 + size + (has_id ? 2 : 0)) return std::nullopt;
  MqttPublished published;
  published.topic = body.substr(2, size);
  body.remove_prefix(2 + size);
  if (has_id) {
    published.packet_id = number_at(body, 0);
    body.remove_prefix(2);
  }
  published.payload = body;
  return published;
}

std::optional<std::uint16_t> packet_id(const Answer& answer) {
  if (answer.body.size() < 2) return std::nullopt;
  return number_at(answer.body, 0);
}

std::string mqtt_code(const Answer& answer, std::size_t at) {
  if (answer.body.size() <= at) return "nothing";
  return std::to_string(static_cast<unsigned>(static_cast<std::uint8_t>(answer.body[at])));
}

}  // namespace berth::fleet
