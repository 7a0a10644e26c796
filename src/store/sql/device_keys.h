// What the devices table finds an identity by besides its hub and id.
//
// Room store/sql. Thread rule: pure functions.
#pragma once

#include "domain/records.h"

#include <string>

namespace berth::store::sql {

// Not empty for those that connect without naming a hub: the key of the group whose member it is,
// or a word that no group's key can be.
inline std::string group_key_of(const domain::Device& device) {
  if (device.group) return device.group->key();
  if (device.role == domain::DeviceRole::kDevice) return {};
  return "/" + std::string(domain::to_string(device.role));
}

// Unique in a scope: its own serial among the devices of its role. Empty: it has none, or is a
// plain device, whose serial is its member's name.
inline std::string serial_key_of(const domain::Device& device) {
  if (device.role == domain::DeviceRole::kDevice || device.serial.empty()) return {};
  return std::string(domain::to_string(device.role)) + "/" + device.serial;
}

}  // namespace berth::store::sql
