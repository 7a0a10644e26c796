// The rest of what a phone app does: registers with what a code gave it, connects to its hub, sends
// a message, leaves (iot-central-credentials.md §1.7, azure-dps.md §2).
//
// Room device. Thread rule: blocks the caller, runs on its thread and calls the observer there. The
// process must ignore SIGPIPE.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "berth/device/code_redeemer.h"
#include "berth/device/simulator.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace berth::device {

struct RedeemedLifeOptions {
  ProvisionOver provision_over = ProvisionOver::kHttps;
  bool connects = true;                         // else it only registers
  std::filesystem::path ca = {};                // empty: the CAs of the system
  std::string address = {};                     // instead of resolving host names; may be empty
  std::optional<std::uint16_t> mqtt_port = {};  // instead of 8883
  std::chrono::milliseconds timeout{30'000};    // of each step
  std::chrono::milliseconds poll_delay{1'000};
};

struct RedeemedLifeReport {
  std::string hub;
  std::string device_id;
  bool sent = false;  // its message was acknowledged
};

// kUnauthenticated: the service or the hub refused it. kUnavailable. kInvalid: key, certificate or
// CA file are unusable.
Result<RedeemedLifeReport> live_as(const RedeemedDevice& device, const RedeemedLifeOptions& options,
                                   CodeObserver& observer, const Clock& clock);

}  // namespace berth::device
