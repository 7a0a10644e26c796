// A dialect: one vendor's wire format and nothing else, as a pure step function
//
//   step(session, input) → (session', commands, actions)
//
// No socket, store, clock or randomness: everything it may look at is in the input, and it decides
// nothing but wording. `input` is a request from the wire, the answer of a brain to one of its
// commands, or something a brain tells the connection unasked. app/ drives it: runs the commands,
// feeds the answers back, hands the actions to net. Inputs come one at a time, but between a
// command and its answer there may be others.
//
// Room dialects. May include base, domain, wire (and crypto to parse certificates).
// Thread rule: a Dialect has no state and may be stepped from any thread; a Session belongs to one
// connection.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "domain/claim.h"
#include "domain/hub_operations.h"
#include "domain/operations.h"
#include "domain/outcome.h"
#include "wire/wire.h"

#include <any>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace berth::dialects {

// What a dialect keeps per connection: a plain value of its own behind std::any, empty at first.
// For one-shot HTTP calls it may stay empty.
struct Session {
  std::any state;
};

// To provisioning.
struct Provision {
  domain::ProvisioningCommand command;
};
// To management.
struct Manage {
  domain::Caller caller;
  domain::ManagementCommand command;
};
// To the hub. The first is ConnectDevice; the connection then belongs to that device, and a second
// ConnectDevice is refused.
struct Operate {
  domain::HubCommand command;
};
// To app itself: health, readiness, metrics. No secrets, no tenant data.
struct Inspect {
  enum class What { kHealth, kReadiness, kMetrics } what = What::kHealth;
};

// `correlation` is the dialect's own note of what the command was for; it comes back unchanged in
// the Answer (a packet's $rid, a route, an API version).
struct Command {
  std::variant<Provision, Manage, Operate, Inspect> body;
  std::any correlation;
};

struct Inspection {
  bool healthy = true;
  std::string text;  // metrics in Prometheus text format, or what is not ready
};

struct Answer {
  std::variant<domain::Outcome, Result<domain::ManagementResult>, domain::HubResult, Inspection>
      body;
  std::any correlation;
};

struct Arrival {
  wire::Request request;
  TimePoint at;
  std::string request_id;  // UUID made by app, for x-ms-request-id and the like
};

// Only after a ConnectDevice was answered with DeviceConnected.
struct Event {
  domain::HubEvent event;
  TimePoint at;
};

// Only after a FollowLive was answered with Following.
struct News {
  domain::LiveNews news;
  TimePoint at;
};

using Input = std::variant<Arrival, Answer, Event, News>;

struct StepResult {
  std::vector<Command> commands;  // carried out in order; each brings one Answer
  wire::Actions actions;          // carried out in order, after those of earlier steps
};

class Dialect {
 public:
  virtual ~Dialect() = default;
  virtual std::string_view name() const = 0;  // "azure-dps"

  // Whether it serves operators; such a dialect can be confined to a listener of its own.
  virtual bool for_operators() const { return false; }

  // Whether it may be asked on plain listeners, too (docs/security.md); others never are.
  virtual bool serves_plain() const { return false; }

  // Whether a connection's request is for this dialect: an HTTP request by its route, an MQTT
  // connection by its CONNECT. Asked in the order of app/registry.cc; the first yes wins.
  virtual bool claims(const wire::Peer& peer, const wire::Request& request) const = 0;

  // Of a request that it claims, of which only the header is there.
  virtual wire::BodyRules body_rules(const wire::HttpRequest& header) const {
    static_cast<void>(header);
    return {};
  }

  // Never throws; every malformed input becomes an answer of the vendor's shape.
  virtual StepResult step(const wire::Peer& peer, Session& session, Input input) const = 0;
};

}  // namespace berth::dialects
