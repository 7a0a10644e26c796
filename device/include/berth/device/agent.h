// A device that enrols itself by its configuration file: with the credentials it keeps it asks the
// server for its own record, which activates it; without, or when they are no longer good, it
// enrols first (cloudplugs.md §8.1). What `berth device agent` runs.
//
//   Result<AgentReport> done = run_agent(config, options, {store, observer, clock, rng});
//
// Doing it again makes no second device.
// Room device. Thread rule: blocks the caller, runs on its thread and calls the observer there. The
// process must ignore SIGPIPE.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/rng.h"
#include "berth/device/agent_config.h"
#include "berth/device/agent_store.h"

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

namespace berth::device {

struct AgentOptions {
  AgentServer server;
  std::filesystem::path ca;                        // empty: the CAs of the system
  unsigned attempts = 5;                           // of each request
  std::chrono::milliseconds timeout{120'000};      // for everything together
  std::chrono::milliseconds call_timeout{30'000};  // of one attempt
  std::chrono::milliseconds first_pause{1'000};    // doubled each time, and a random part of it
  std::chrono::milliseconds pause_max{30'000};
};

class AgentObserver {
 public:
  virtual ~AgentObserver() = default;
  // One readable line for each happening. Parts of it come from the server; never a password.
  virtual void say(std::string_view line) = 0;
  // Returns when the time is over; false: give up.
  virtual bool pause(std::chrono::milliseconds time) = 0;
};

struct AgentParts {
  AgentStore& store;
  AgentObserver& observer;
  const Clock& clock;
  Rng& rng;
};

enum class AgentEnrolment {
  kKept,   // the credentials of an earlier run are good
  kFirst,  // it had none
  kAgain,  // those it had were refused
};
std::string_view to_string(AgentEnrolment enrolment);  // "kept", "first", "again"

struct AgentReport {
  std::string id;
  Secret connection;  // the password it connects with
  AgentEnrolment enrolment = AgentEnrolment::kKept;
  std::string name;    // as the server has it; both may be empty
  std::string status;  // "ok"
};

// kForbidden: the server refused, for good; `what` has its message. kUnauthenticated: it refused
// the credentials, and there is no password to enrol with. kUnavailable: it cannot be reached, or
// what it says is no answer. kInvalid: configuration, state or CA file are unusable.
Result<AgentReport> run_agent(const AgentConfig& config, const AgentOptions& options,
                              const AgentParts& parts);

}  // namespace berth::device
