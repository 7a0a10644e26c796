// Which device of which hub: what the hub's tables are keyed by.
//
// Room hub. Thread rule: plain value.
#pragma once

#include "domain/ids.h"

#include <cstddef>
#include <functional>

namespace berth::hub {

struct DeviceKey {
  domain::HubName hub;
  domain::DeviceId device;
  bool operator==(const DeviceKey&) const = default;
};

struct DeviceKeyHash {
  std::size_t operator()(const DeviceKey& key) const {
    const std::size_t hub = std::hash<std::string>{}(key.hub.text());
    const std::size_t device = std::hash<std::string>{}(key.device.text());
    return device ^ (hub + 0x9e3779b97f4a7c15ULL + (device << 6) + (device >> 2));
  }
};

}  // namespace berth::hub
