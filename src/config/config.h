// Every setting of the program: what it is called, where it comes from, what it may be.
//
// Room config. A setting is a member of Config (its type and default) and one line of the table in
// keys.cc (its name, range and sentence); file keys, BERTH_* variables, flags of `berth serve` and
// docs/config.md all follow from the two. The only place that reads the environment.
// Thread rule: plain values; load() blocks on the file, so it is for start-up.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace berth::config {

using Milliseconds = std::chrono::milliseconds;

enum class LogLevel { kDebug, kInfo, kWarn, kError };

// Certificate and key of one's own; both empty: Berth's own CA issues them.
struct Tls {
  std::filesystem::path certificate_file;
  std::filesystem::path key_file;
  std::vector<std::string> no_certificate_hosts;  // whose clients are not asked for one
};

// What one peer may do to the server; the meaning of each is in docs/config.md.
struct Net {
  std::uint64_t connections_max = 100'000;
  std::uint64_t connections_per_source_max = 10'000;
  std::uint64_t header_bytes_max = 16 * 1024;
  std::uint64_t body_bytes_max = 96 * 1024 + 512;
  std::uint64_t packet_bytes_max = 260 * 1024;
  std::uint64_t in_flight_max = 4'096;
  std::uint64_t outgoing_queue_count_max = 256;
  bool http_unframed_delete = true;
  Milliseconds first_byte_timeout{10'000};
  Milliseconds handshake_timeout{15'000};
  Milliseconds authenticate_timeout{15'000};
  Milliseconds request_timeout{30'000};
  Milliseconds idle_timeout{75'000};
  Milliseconds write_timeout{30'000};
  Milliseconds drain_timeout{10'000};
};

struct Provisioning {
  std::uint64_t failures_per_source_max = 200;
  double failures_refilled_per_second = 1.0;
  std::uint64_t sources_tracked_max = 10'000;
  std::uint64_t payload_bytes_max = 96 * 1024;
  std::uint64_t scopes_cached_max = 256;
  Milliseconds wait_max{500};
  std::uint64_t registrations_at_once_max = 4'000;
};

struct Attestation {
  Milliseconds clock_skew{5 * 60 * 1000};
  Milliseconds expiry_max{std::chrono::hours(24 * 365)};
};

struct TrailKeeping {
  std::uint64_t refused_count_max = 100'000;
  std::uint64_t assigned_count_max = 200'000;
  std::uint64_t explain_queue_count_max = 1'000;
};

struct Hub {
  std::uint64_t messages_waiting_max = 50;
  std::uint64_t failures_per_source_max = 200;
  double failures_refilled_per_second = 1.0;
  std::uint64_t records_per_device_max = 10'000;  // 0: no bound
  std::uint64_t account_guesses_max = 10;
  Milliseconds account_lock_time{15 * 60 * 1000};
};

// The event log of the hubs, and the file it may be copied to.
struct Telemetry {
  std::filesystem::path directory;  // never empty after load()
  std::uint64_t partitions = 4;
  std::uint64_t hub_bytes_max = 1024ULL * 1024 * 1024;
  Milliseconds age_max{std::chrono::hours(24 * 7)};
  std::filesystem::path json_lines_file;  // empty: none
  std::uint64_t json_lines_bytes_max = 64 * 1024 * 1024;
  std::uint64_t json_lines_files_max = 8;
};

struct Postgres {
  std::uint64_t connections = 8;
};

struct Log {
  LogLevel level = LogLevel::kInfo;
  bool json = false;
};

struct Metrics {
  bool enabled = true;
};

struct Config {
  std::filesystem::path data;               // never empty after load()
  std::vector<std::string> host;            // names of this server; empty: found out at start
  std::string listen = "*";                 // address to bind; "*": all, IPv4 and IPv6
  std::optional<std::uint16_t> https_port;  // none: 443 if it may be bound, else 8443; 0: any free
  std::optional<std::uint16_t> mqtt_port;   // none: 8883; 0: any free
  std::optional<std::uint16_t> http_port;   // none: no plain HTTP; 0: any free
  std::optional<std::uint16_t> mqtt_plain_port;  // none: no plain MQTT; 0: any free
  std::optional<std::uint16_t> admin_port;       // none: the admin API shares the HTTPS port
  std::string admin_listen = "127.0.0.1";        // only with admin_port
  std::vector<std::string> dialects_off;         // names; whether there are such, app/ checks
  std::string store;          // never empty after load(): "sqlite:PATH", "postgresql://…"
  std::uint64_t threads = 0;  // 0: one per processor
  Secret master_key;          // base64 text as given; empty: the file holds it
  std::filesystem::path master_key_file;  // never empty after load()
  Tls tls;
  Net net;
  Provisioning provisioning;
  Attestation attestation;
  TrailKeeping trail;
  Hub hub;
  Telemetry telemetry;
  Postgres postgres;
  Log log;
  Metrics metrics;
};

// A name with its value as text: an environment variable, or a flag by the key it sets.
using Setting = std::pair<std::string, std::string>;

struct Inputs {
  // The file that must be read. None: DATA/berth.toml, if there is one.
  std::optional<std::filesystem::path> file;
  std::vector<Setting>
      environment;             // every variable; load() looks at BERTH_* and a few system ones
  std::vector<Setting> flags;  // {"https_port", "8443"}; lists: one entry per value
};

// The environment of this process.
std::vector<Setting> process_environment();
// The value of one variable, or none.
std::optional<std::string> variable(const std::vector<Setting>& environment, std::string_view name);

enum class Source { kDefault, kFile, kEnvironment, kFlag };
// "default", "file", "environment", "flag".
std::string_view to_string(Source source);

// Where a key's value came from; secrets are shown as "(set)".
struct Origin {
  std::string key;
  std::string value;
  Source source = Source::kDefault;
};

struct Loaded {
  Config config;
  std::optional<std::filesystem::path> file;  // the one that was read
  std::vector<Origin> origins;                // in the order of the reference
};

// Default, file, environment, flags in rising precedence. kInvalid with every mistake found, one a
// line: where it is (file, line and column; variable; flag), what is allowed, the nearest key.
Result<Loaded> load(const Inputs& inputs);

// The data directory that applies without reading any file: flag, BERTH_DATA, else the default.
// What the command line uses to find the server, so it and `serve` always agree.
std::filesystem::path data_directory(const std::optional<std::string>& flag,
                                     const std::vector<Setting>& environment);

// docs/config.md: every key with type, default, range, variable, flag and sentence.
std::string reference();

// The URL with a password in it replaced by "***".
std::string without_password(std::string_view url);

}  // namespace berth::config
