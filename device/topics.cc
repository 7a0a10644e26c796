#include "device/topics.h"

#include "base/codec.h"

#include <charconv>

namespace berth::device {
namespace {

constexpr std::string_view kApiVersion = "2021-04-12";
constexpr std::size_t kPropertiesMax = 256;

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stop == end && !text.empty() ? std::optional(value) : std::nullopt;
}

// A broken escape stays as it is.
std::string decoded(std::string_view text) {
  return base::percent_decode(text).value_or(std::string(text));
}

// "k=v&k=v"; a bare key has an empty value.
Properties read_bag(std::string_view text) {
  Properties properties;
  while (!text.empty() && properties.size() < kPropertiesMax) {
    const std::size_t end = std::min(text.find('&'), text.size());
    const std::string_view pair = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    const std::string_view value = equals == pair.npos ? "" : pair.substr(equals + 1);
    properties.emplace_back(decoded(pair.substr(0, equals)), decoded(value));
  }
  return properties;
}

// The value of `key` in "?k=v&k=v", undecoded: request ids are echoed byte for byte.
std::optional<std::string_view> query_value(std::string_view query, std::string_view key) {
  if (!take_prefix(query, "?")) return std::nullopt;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    const std::size_t equals = pair.find('=');
    if (equals != pair.npos && pair.substr(0, equals) == key) return pair.substr(equals + 1);
  }
  return std::nullopt;
}

HubTopic read_twin_reply(std::string_view rest) {
  const std::size_t slash = rest.find('/');
  if (slash == rest.npos) return UnknownTopic{};
  const auto status = number<int>(rest.substr(0, slash));
  const std::string_view query = rest.substr(slash + 1);
  const auto request = query_value(query, "$rid");
  if (!status || !request) return UnknownTopic{};
  TwinReply reply;
  reply.status = *status;
  reply.request = *request;
  if (const auto version = query_value(query, "$version")) {
    reply.version = number<std::uint64_t>(*version);
  }
  return reply;
}

HubTopic read_method(std::string_view rest) {
  const std::size_t slash = rest.find('/');
  if (slash == rest.npos || slash == 0) return UnknownTopic{};
  const auto request = query_value(rest.substr(slash + 1), "$rid");
  if (!request) return UnknownTopic{};
  return MethodTopic{std::string(rest.substr(0, slash)), std::string(*request)};
}

}  // namespace

std::string message_filter(std::string_view device_id) {
  return "devices/" + std::string(device_id) + "/messages/devicebound/#";
}

std::string telemetry_topic(std::string_view device_id, const Properties& properties) {
  std::string topic = "devices/" + std::string(device_id) + "/messages/events/";
  bool first = true;
  for (const auto& [key, value] : properties) {
    if (!first) topic += '&';
    first = false;
    topic += base::percent_encode(key) + "=" + base::percent_encode(value);
  }
  return topic;
}

std::string twin_get_topic(std::string_view request) {
  return "$iothub/twin/GET/?$rid=" + std::string(request);
}

std::string reported_topic(std::string_view request) {
  return "$iothub/twin/PATCH/properties/reported/?$rid=" + std::string(request);
}

std::string method_reply_topic(int status, std::string_view request) {
  return "$iothub/methods/res/" + std::to_string(status) + "/?$rid=" + std::string(request);
}

std::string user_name(std::string_view host, std::string_view device_id, std::string_view agent) {
  std::string name(host);
  name.append("/").append(device_id).append("/?api-version=").append(kApiVersion);
  name.append("&DeviceClientType=").append(base::percent_encode(agent));
  return name;
}

HubTopic read_topic(std::string_view topic, std::string_view device_id) {
  if (take_prefix(topic, "$iothub/twin/res/")) return read_twin_reply(topic);
  if (take_prefix(topic, "$iothub/methods/POST/")) return read_method(topic);
  if (take_prefix(topic, "$iothub/twin/PATCH/properties/desired/")) {
    const auto text = query_value(topic, "$version");
    const auto version = text ? number<std::uint64_t>(*text) : std::nullopt;
    if (version) return DesiredTopic{*version};
    return UnknownTopic{};
  }
  const std::string own = "devices/" + std::string(device_id) + "/messages/devicebound/";
  if (take_prefix(topic, own)) return MessageTopic{read_bag(topic)};
  return UnknownTopic{};
}

}  // namespace berth::device
