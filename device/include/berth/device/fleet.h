// Many devices at once: registers N distinct devices of one group and measures it. What `berth
// bench register` runs.
//
// Room device. Thread rule: register_fleet() blocks the caller and runs threads of its own; they
// have ended when it returns. The process must ignore SIGPIPE.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"
#include "berth/device/percentiles.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace berth::device {

struct FleetOptions {
  std::string host;  // to connect to
  std::uint16_t port = 443;
  std::string server_name;    // SNI and Host; empty: host
  std::filesystem::path ca;   // empty: the CAs of the system
  bool allow_remote = false;  // else only addresses of this machine's loopback
  std::string id_scope;
  Secret group_key;    // decoded
  std::string prefix;  // device i registers as prefix + i
  std::uint64_t count = 1'000;
  unsigned concurrency = 16;
  unsigned threads = 1;
  bool kept = false;  // one connection for many registrations, instead of one each
  std::chrono::milliseconds poll_delay{0};
  std::chrono::milliseconds attempt_timeout{10'000};
  std::chrono::seconds time_max{60};  // after it no further registration is begun
};

struct FleetErrors {
  std::uint64_t count = 0;
  std::string example;
};

struct FleetReport {
  std::uint64_t registered = 0;
  std::uint64_t polls = 0;
  std::uint64_t handshakes = 0;
  std::chrono::nanoseconds took{0};
  Percentiles total;                          // of the registrations that succeeded
  Percentiles handshake;                      // of their TCP and TLS handshakes
  std::map<std::string, FleetErrors> errors;  // "refused 401", "timeout", …
};

// kInvalid (CA, host not loopback), kUnavailable (nothing accepts connections there).
Result<FleetReport> register_fleet(const FleetOptions& options, const Clock& clock);

}  // namespace berth::device
