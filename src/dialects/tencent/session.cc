#include "dialects/tencent/session.h"

#include <algorithm>
#include <utility>

namespace berth::dialects::tencent {

DeviceName MqttSession::name() const { return device_name_of(device).value_or(DeviceName{}); }

std::optional<std::uint8_t> MqttSession::hears(std::string_view topic) const {
  std::optional<std::uint8_t> qos;
  for (const Listening& each : listening) {
    if (matches(each.filter, topic)) qos = std::max(qos.value_or(0), each.qos);
  }
  return qos;
}

bool MqttSession::listen(std::string_view filter, std::uint8_t qos) {
  for (Listening& each : listening) {
    if (each.filter != filter) continue;
    each.qos = qos;
    return true;
  }
  if (listening.size() >= kListeningMax) return false;
  listening.push_back({std::string(filter), qos});
  return true;
}

void MqttSession::forget(std::string_view filter) {
  std::erase_if(listening, [&](const Listening& each) { return each.filter == filter; });
}

bool MqttSession::is_online(std::string_view id) const {
  return std::find(online.begin(), online.end(), id) != online.end();
}

void MqttSession::go_online(std::string id) {
  if (!is_online(id) && online.size() < kOnlineMax) online.push_back(std::move(id));
}

void MqttSession::go_offline(std::string_view id) {
  std::erase(online, id);
  std::erase_if(listening, [&](const Listening& each) {
    const std::optional<Downlink> topic = parse_filter(each.filter);
    return topic && topic->device.id() == id;
  });
}

}  // namespace berth::dialects::tencent
