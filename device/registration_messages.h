// Requests and answers of dynamic registration, first and second generation (tencent.md §2 to §4):
// what is signed, what is sent, and what an answer holds.
//
// Room device, private to it. Thread rule: pure functions. Answers came from a server: anything.
#pragma once

#include "base/result.h"
#include "base/secret.h"
#include "berth/device/device_info.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::device {

inline constexpr std::string_view kFirstPath = "/register/dev";
inline constexpr std::string_view kSecondPath = "/device/register";

// What makes one request unlike any other.
struct RequestMark {
  std::uint64_t nonce = 0;
  std::int64_t timestamp = 0;  // Unix seconds
};

// §2.3: Base64 of the hexadecimal HMAC-SHA-1.
std::string first_signature(const DeviceInfo& device, const RequestMark& mark);
// §2.2
std::string first_body(const DeviceInfo& device, const RequestMark& mark);

// §3.2, §8
struct SignedRequest {
  std::string_view host;  // without port
  std::string_view path;
  std::string_view algorithm;  // "hmacsha256", "hmacsha1"
  RequestMark mark;
  std::string_view body;
};
// Base64 of the raw MAC under the text of the secret.
std::string second_signature(const SignedRequest& request, const Secret& secret);
std::string second_body(const DeviceInfo& device);

struct RegistrationAnswer {
  std::string refusal;                  // the server's code; empty: it is none
  std::string message;                  // printable
  std::string payload;                  // Base64
  std::optional<std::uint64_t> length;  // of the plain text
};
// kUnavailable when it is neither a success nor a refusal.
Result<RegistrationAnswer> read_first_answer(std::string_view body);
Result<RegistrationAnswer> read_second_answer(std::string_view body);

struct OpenedPayload {
  AuthMode mode = AuthMode::kKey;
  DeviceCredential credential;
};
// §4. kUnavailable when the secret does not open it, or nothing usable is in it.
Result<OpenedPayload> open_payload(const RegistrationAnswer& answer, const Secret& product_secret);

}  // namespace berth::device
