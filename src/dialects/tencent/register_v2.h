// The second generation, POST /device/register: names in a JSON body, time, nonce and a MAC over
// eight lines in headers (tencent.md §3).
//
// Room dialects/tencent. Thread rule: pure functions.
#pragma once

#include "dialects/tencent/register_request.h"
#include "dialects/tencent/seal.h"

#include <string>
#include <string_view>

namespace berth::dialects::tencent {

inline constexpr std::string_view kRegisterV2Path = "/device/register";

RegisterRequest read_register_v2(const wire::HttpRequest& request);

// Bodies, compact; `request_id` is a UUID of ours. There is no `State`: whether this request or an
// operator made the device's name is not for a device to know, and no client reads it.
std::string success_v2(const SealedCredential& sealed, std::string_view request_id);
std::string failure_v2(const Fault& fault, std::string_view request_id);

}  // namespace berth::dialects::tencent
