// The first generation, POST /register/dev: names, nonce, time and an HMAC-SHA-1 in one JSON body
// (tencent.md §2). Its clients have a small HTTP parser and an answer buffer of 256 bytes.
//
// Room dialects/tencent. Thread rule: pure functions.
#pragma once

#include "dialects/tencent/register_request.h"
#include "dialects/tencent/seal.h"

#include <string>
#include <string_view>

namespace berth::dialects::tencent {

inline constexpr std::string_view kRegisterV1Path = "/register/dev";

// What a client reads of a body before it truncates: firmware built for keys and for certificates
// (§2.6).
inline constexpr std::size_t kKeyBodyBytesMax = 255;
inline constexpr std::size_t kCertificateBodyBytesMax = 5119;

RegisterRequest read_register_v1(const wire::HttpRequest& request);

// Bodies, compact. Only what base64 needs is in them, so nothing is escaped: the parser would take
// an escaped slash for two characters.
std::string success_v1(const SealedCredential& sealed);
std::string failure_v1(const Fault& fault);

}  // namespace berth::dialects::tencent
