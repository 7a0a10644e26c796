// What the data directory of a running server on this machine tells commands that talk to its
// devices' ports, not to its admin API; and where those ports are.
//
// Room cli, private to it. Thread rule: as Invocation.
#pragma once

#include "cli/invocation.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace berth::cli {

// The first line of a file of the data directory, "" when there is none.
std::string announced(const Invocation& run, const char* name);

// The CA file of `flag`, of BERTH_CA, or of the data directory; empty: the CAs of the system.
std::filesystem::path trusted_ca(const Invocation& run, const char* flag);

// 1 to 65535.
Try<std::optional<std::uint16_t>> port_flag(const Invocation& run, const char* flag);

struct Place {
  std::string host;
  std::uint16_t port = 0;
};

enum class DevicePort { kHttps, kHttp, kMqtts, kMqtt };

// "https://localhost:8443", "mqtts://[::1]:8883". Nothing when host or port are missing.
std::optional<Place> read_place(const std::string& url);

// --host and --port; else those of the server that --url, BERTH_URL or the data directory name.
Try<Place> device_place(const Invocation& run, DevicePort which);

}  // namespace berth::cli
