// What answers on `$` topics say of a request that came to nothing: 0 is success, everything else
// is ours, because clients look no further (tencent.md §7.6, §9). Of a gateway's devices 0, -1 and
// -2 are the vendor's.
//
// Room dialects/tencent. Thread rule: pure functions.
#pragma once

#include "domain/reason.h"

#include <string_view>

namespace berth::dialects::tencent {

struct ResultCode {
  int code = 500;
  std::string_view message = "internal error";
};
inline constexpr ResultCode kSuccess{0, "success"};
inline constexpr ResultCode kMalformed{400, "malformed request"};
inline constexpr ResultCode kNotForBound{403, "not for devices behind a gateway"};

// Of the shadow, the data template and firmware reports: numbers like those of HTTP.
ResultCode result_code_for(domain::Reason reason);

// Of a gateway's devices.
inline constexpr int kGatewaySuccess = 0;
inline constexpr int kGatewayNotBound = -1;
inline constexpr int kGatewayTrouble = -2;
inline constexpr int kGatewayMalformed = 801;
inline constexpr int kGatewayUnknownDevice = 802;
inline constexpr int kGatewayBadSignature = 803;
inline constexpr int kGatewayUnknownMethod = 804;
inline constexpr int kGatewaySignatureExpired = 805;
inline constexpr int kGatewayNotAllowed = 808;
int gateway_result_for(domain::Reason reason);

}  // namespace berth::dialects::tencent
