#include "wire/wire.h"

namespace berth::wire {

std::string_view to_string(Transport transport) {
  switch (transport) {
    case Transport::kHttps:
      return "https";
    case Transport::kMqtt:
      return "mqtt";
    case Transport::kMqttWebSocket:
      return "mqtt-ws";
    case Transport::kHttp:
      return "http";
    case Transport::kMqttPlain:
      return "mqtt-plain";
  }
  return "https";
}

bool is_mqtt_filter(std::string_view filter) {
  if (filter.empty()) return false;
  for (std::size_t i = 0; i < filter.size(); ++i) {
    if (filter[i] != '#' && filter[i] != '+') continue;
    const bool begins_level = i == 0 || filter[i - 1] == '/';
    const bool ends_level = i + 1 == filter.size() || filter[i + 1] == '/';
    if (!begins_level || !ends_level) return false;
    if (filter[i] == '#' && i + 1 != filter.size()) return false;
  }
  return true;
}

const std::string* HttpRequest::header(std::string_view name) const {
  for (const Header& each : headers) {
    if (each.name == name) return &each.value;
  }
  return nullptr;
}

std::vector<std::pair<std::string_view, std::string_view>> split_query(std::string_view query) {
  std::vector<std::pair<std::string_view, std::string_view>> pairs;
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    const std::string_view part = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    const bool has_value = equals != std::string_view::npos;
    pairs.emplace_back(part.substr(0, equals),
                       has_value ? part.substr(equals + 1) : std::string_view());
  }
  return pairs;
}

}  // namespace berth::wire
