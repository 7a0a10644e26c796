// What a case of the load generator is made of: a Plan makes a Script for each device, and the
// engine (engine.h) opens connections, sends what the scripts say and hands them whole answers.
//
// A script never touches a socket and never waits: each of its functions returns the next Step. One
// step is awaited at a time, unless the script sends more with each answer (telemetry does).
// Thread rule: one thread. The engine owns the scripts, main owns the plan; views in an Answer live
// during the call they are passed to.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "bench/fleet/options.h"

#include <boost/json/object.hpp>
#include <openssl/x509.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::fleet {

enum class Framing { kHttp, kMqtt };

// One whole message of the server.
struct Answer {
  // HTTP/1.1
  int status = 0;
  std::string_view head = {};  // status line and headers
  bool server_closes = false;  // said `Connection: close`
  // MQTT 3.1.1: the first byte's two halves
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  // HTTP: the body. MQTT: what follows the fixed header.
  std::string_view body = {};
};

// The value of a header, without blanks around it; empty when there is none.
std::string_view header(const Answer& answer, std::string_view name);

// What a script wants next.
struct Step {
  enum class Kind {
    kSend,   // `bytes`, and then the answer; opens a connection when there is none
    kHear,   // the message was right, another one is awaited; `bytes` go out if there are any
    kPause,  // `seconds`, then Script::resumed; `fresh`: what is open is closed before it
    kHold,   // ready: wait until all scripts are, then Script::released (Shape::holds)
    kDone,   // `bytes`, if any, are the last; the operation succeeded
    kFail,   // `why`; the connection is closed
  };
  Kind kind = Kind::kFail;
  std::string bytes = {};
  std::string why = {};
  double seconds = 0;
  bool fresh = false;
  // Whether the request that this step's answer ended counts in request_latency_us.
  bool counts = true;

  Step uncounted() && {
    counts = false;
    return std::move(*this);
  }

  static Step send(std::string bytes) { return {Kind::kSend, std::move(bytes)}; }
  static Step hear(std::string bytes = {}) { return {Kind::kHear, std::move(bytes)}; }
  static Step hold() { return {Kind::kHold}; }
  static Step done(std::string last_bytes = {}) { return {Kind::kDone, std::move(last_bytes)}; }
  static Step fail(std::string why) { return {Kind::kFail, {}, std::move(why)}; }
  static Step pause(double seconds, bool fresh = false) {
    return {Kind::kPause, {}, {}, seconds, fresh};
  }
};

using Samples = std::vector<std::uint32_t>;  // microseconds
// Never less than none.
std::uint32_t micros(std::chrono::nanoseconds time);

// What is counted while a case runs. Scripts count what only they know: polls, retries, and the
// entries of `histograms`, each printed as a member of that name.
struct Tally {
  Instant now = {};  // when the engine woke up, at most some milliseconds ago
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t connects = 0;  // finished handshakes, or TCP connects of a plain case
  std::uint64_t resumed = 0;
  std::uint64_t polls = 0;
  std::uint64_t retries = 0;
  std::string why = {};  // of the first failure
  Samples operation = {};
  Samples request = {};
  Samples handshake = {};
  std::map<std::string, std::map<std::string, std::uint64_t>> histograms = {};
};

// What one device does.
class Script {
 public:
  virtual ~Script() = default;
  // The first step: kSend.
  virtual Step begin(Tally& tally) = 0;
  virtual Step answered(const Answer& answer, Tally& tally) = 0;
  // After kPause. kSend opens a new connection when the old one is gone.
  virtual Step resumed(Tally& tally);
  // After kHold, once every script holds.
  virtual Step released(Tally& tally);
  // The connection ended while a step was awaited; `why` says how. Fails unless overridden.
  virtual Step closed(const std::string& why, Tally& tally);
};

// A client certificate, its key, and what stands between it and the root (may be empty). The plan
// owns them.
struct ClientPaper {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  stack_st_X509* above = nullptr;
};

struct Shape {
  std::uint64_t scripts = 0;  // operations, unless `counts_itself`
  Framing framing = Framing::kHttp;
  bool tls = true;
  // A connection serves one script after another; otherwise each script has its own.
  bool kept = false;
  // All scripts are begun before any is finished: each ends its opening with kHold. The load window
  // is what comes before the hold (kBefore) or after it (kAfter).
  enum class Hold { kNone, kBefore, kAfter } hold = Hold::kNone;
  // The scripts count Tally::done and its samples; a script that is done is not an operation.
  bool counts_itself = false;
};

// A script for each of --count.
Result<Shape> counted_shape(const Options& options);

class Plan {
 public:
  virtual ~Plan() = default;
  virtual Shape shape() const = 0;
  // Makes what must exist before the load window: keys, tokens, certificates, requests.
  virtual Result<void> prepare() { return {}; }
  virtual std::unique_ptr<Script> script(std::uint64_t device) = 0;
  // The certificate that device shows; nothing: none.
  virtual const ClientPaper* paper(std::uint64_t) const { return nullptr; }
  // Extra members of the JSON object.
  virtual void report(const Tally&, boost::json::object&) const {}
};

// A case reads its own flags from the options; flags that nobody asked for are refused afterwards.
using MakePlan = Result<std::unique_ptr<Plan>> (*)(const Options& options, const Clock& clock);

struct Case {
  std::string_view name;
  std::string_view sentence;
  MakePlan make;
};

}  // namespace berth::fleet
