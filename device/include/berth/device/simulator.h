// A device as it lives: provisions itself unless it was before, connects to its hub, tells what it
// is asked to become, reports, sends telemetry, answers methods. What `berth simulate device` runs.
//
// Room device. Thread rule: simulate_device() blocks the caller, runs on its thread and calls the
// observer there. It takes SIGINT and SIGTERM while it runs. The process must ignore SIGPIPE.
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
#include <vector>

namespace berth::device {

// What the factory put into the device.
struct DeviceSecrets {
  std::string host;  // of the provisioning service
  std::uint16_t port = 443;
  std::string id_scope;
  std::string registration_id;
  Secret primary_key;    // decoded
  Secret secondary_key;  // decoded; empty: it has none
};

// What the device has learned and keeps.
struct DeviceSettings {
  std::string hub;
  std::string device_id;
  Secret primary;  // connection strings; empty: none
  Secret secondary;
};

enum class DeviceKey { kPrimary, kSecondary };

// How a device talks to the provisioning service.
enum class ProvisionOver { kHttps, kMqtt };

struct SimulationOptions {
  DeviceSecrets secrets;
  std::optional<DeviceSettings> settings;  // of an earlier run: the device does not provision
  ProvisionOver provision_over = ProvisionOver::kHttps;
  std::vector<DeviceKey> keys{DeviceKey::kPrimary, DeviceKey::kSecondary};  // in this order
  std::filesystem::path ca;                     // empty: the CAs of the system
  std::string address;                          // instead of resolving host names; may be empty
  std::optional<std::uint16_t> https_port;      // instead of that in the secrets
  std::optional<std::uint16_t> mqtt_port;       // instead of 8883
  std::uint64_t messages = 0;                   // ends after so many were acknowledged; 0: never
  std::chrono::milliseconds interval{1'000};    // between messages
  std::chrono::milliseconds timeout{30'000};    // of each step
  std::chrono::milliseconds poll_delay{1'000};  // while it is being assigned
  std::chrono::seconds token_lifetime{3'600};
};

class SimulationObserver {
 public:
  virtual ~SimulationObserver() = default;
  // One readable line for each happening. Parts of it come from the server.
  virtual void say(std::string_view line) = 0;
  // So many messages were acknowledged by now.
  virtual void progress(std::uint64_t acknowledged) = 0;
  // Provisioned: these are to be kept. An error ends the simulation.
  virtual Result<void> keep(const DeviceSettings& settings) = 0;
};

struct SimulationReport {
  std::uint64_t acknowledged = 0;
  bool interrupted = false;  // by a signal
};

// kUnauthenticated: every key that was tried was refused. kUnavailable: a server cannot be reached.
// kInvalid: secrets, settings or CA file are unusable.
Result<SimulationReport> simulate_device(const SimulationOptions& options,
                                         SimulationObserver& observer, const Clock& clock);

}  // namespace berth::device
