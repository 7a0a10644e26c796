// Dynamic registration of a device whose firmware knows only its product's secret: asks for a
// secret or a certificate of its own, as the vendor's sample does (tencent.md §2 to §4).
//
//   Result<DeviceCredential> mine = register_dynamically(file.info(), options, clock, rng);
//
// Room device. Thread rule: blocks the caller and runs on its thread. The process must ignore
// SIGPIPE.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/rng.h"
#include "berth/device/device_info.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace berth::device {

// Two generations of the call; what they give is the same.
enum class RegistrationCall { kFirst, kSecond };

struct DynamicRegistrationOptions {
  std::string host;  // also the server's name in TLS
  std::uint16_t port = 443;
  bool plain = false;        // HTTP without TLS
  std::filesystem::path ca;  // empty: the CAs of the system
  RegistrationCall call = RegistrationCall::kFirst;
  std::chrono::milliseconds timeout{30'000};
};

// The answer is of the device's own mode, its secret is Base64, its certificate belongs to its key.
// kForbidden: the server refused; `what` has its code and message. kUnavailable: it cannot be
// reached, or what it says is no answer. kInvalid: the CA file is unusable.
Result<DeviceCredential> register_dynamically(const DeviceInfo& device,
                                              const DynamicRegistrationOptions& options,
                                              const Clock& clock, Rng& rng);

}  // namespace berth::device
