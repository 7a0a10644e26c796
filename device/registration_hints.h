// What may help somebody whose device a server refused (tencent.md §2.5, §3.3).
//
// Room device, private to it. Thread rule: pure functions.
#pragma once

#include "berth/device/device_info.h"
#include "device/registration_messages.h"

#include <string>

namespace berth::device {

// By the message, which is the same in both generations; codes are every server's own.
std::string hint_for(const RegistrationAnswer& refusal, const DeviceInfo& device);

}  // namespace berth::device
