// The configuration file of a device that enrols itself: lines of `key = value` (cloudplugs.md
// §8.1), with keys of our own for the server and for the files it keeps.
//
//   enroll_target = thing
//   enroll_model = mod-588acc123945ec8436bde3aa
//   enroll_thing = SN0001
//   enroll_pass = …
//   server = https://berth.example.net
//
// Room device. Thread rule: plain value, pure function. Reads no files.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <cstdint>
#include <string>
#include <vector>

namespace berth::device {

inline constexpr std::size_t kAgentConfigBytesMax = 64 * 1024;

// Where the server is; empty host: the file does not say.
struct AgentServer {
  std::string host;
  std::uint16_t port = 0;
  bool plain = false;  // HTTP without TLS
};

struct AgentConfig {
  std::string model;   // "mod-" and 24 hex digits
  std::string serial;  // as the template lists it
  Secret enrolment;    // the password of that serial; empty: none
  std::string display_name;
  AgentServer server;
  std::string ca_file;  // as the file names them; empty: not named
  std::string state_file;
  std::string key_file;
};

struct AgentConfigRead {
  AgentConfig config;
  std::vector<std::string> warnings;  // "line 3: unknown key …"
};

// Keys that are unknown are warned of; of keys that are there twice the last counts. kInvalid: a
// value cannot be used, or keys that every use needs are missing.
Result<AgentConfigRead> read_agent_config(const Secret& text);

// "https://host", "http://host:port/", also with the path /iot. kInvalid otherwise.
Result<AgentServer> read_agent_server(const std::string& url);

// What the server gives: "dev-" and 24 hex digits (cloudplugs.md §1.1).
bool is_device_plug_id(std::string_view text);

}  // namespace berth::device
