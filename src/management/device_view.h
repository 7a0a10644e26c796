// What the files about devices share: the answer about one device, and its name in the audit.
//
// Room management. Thread rule: as use_cases.h.
#pragma once

#include "management/call.h"

#include <string>

namespace berth::management {

// The device with the state of its connection.
Task<Answer> show_device(const Call& call, domain::Device device);

// "hub-1/pump-7", the target of audit records.
std::string device_target(const domain::Device& device);
// kNotFound: keys were asked of a device that has none.
Error no_keys(const domain::Device& device);

}  // namespace berth::management
