// A development board that is simulated: what it says on its serial port while it registers over
// HTTPS with the certificate of its hardware identity, then telemetry to its hub over MQTT with the
// same certificate (dice-x509.md §2.4, §2.7; azure-dps.md §1, azure-iot-hub.md §2).
//
// Room device. Thread rule: blocks the caller, on whose thread the observer is called.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace berth::device {

struct BoardIdentity {
  std::string registration_id;
  std::string certificates_pem;  // its own, then its issuer's
  Secret key_pem;
};

struct BoardOptions {
  BoardIdentity identity;
  std::string mac;  // both only to be said; may be empty
  std::string version;
  std::string id_scope;
  std::string host;  // of the provisioning service
  std::uint16_t port = 443;
  std::optional<std::uint16_t> mqtt_port = {};  // else the usual one
  std::string address;                          // instead of resolving names; may be empty
  std::filesystem::path ca;                     // empty: the CAs of the system
  std::uint64_t messages = 1;                   // then it ends; 0: right after "connected"
  std::chrono::milliseconds interval{1'000};
  std::chrono::milliseconds poll_delay{2'000};
  std::chrono::milliseconds timeout{30'000};
};

class BoardObserver {
 public:
  virtual ~BoardObserver() = default;
  virtual void say(std::string_view line) = 0;
};

struct BoardReport {
  std::string hub;
  std::string device_id;
  std::uint64_t acknowledged = 0;
};

// kUnauthenticated: the service or the hub refused it. kUnavailable. kInvalid.
Result<BoardReport> run_board(const BoardOptions& options, BoardObserver& observer,
                              const Clock& clock);

}  // namespace berth::device
