// Connects net with the dialects and the brains: for each connection it picks the dialect, steps
// it, runs its commands and hands its actions back. The only place where a dialect and a brain
// meet.
//
// Room app. Thread rule: a Router is shared by all io_contexts and immutable; what it opens belongs
// to one connection and its io_context.
#pragma once

#include "app/live.h"
#include "base/clock.h"
#include "base/rng.h"
#include "dialects/dialect.h"
#include "hub/hub.h"
#include "management/management.h"
#include "net/engine.h"
#include "net/handler.h"
#include "provisioning/provisioning.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace berth::app {

// The brains of one io_context. References outlive every conversation on it.
struct Brains {
  provisioning::Provisioning& provisioning;
  management::Management& management;
  hub::Hub& hub;  // the same on all of them
};

// What Router asks of the program around it.
class Surroundings {
 public:
  virtual ~Surroundings() = default;
  // The brains of the io_context this is called on.
  virtual Brains brains_here() = 0;
  // The io_context this is called on.
  virtual net::Executor executor_here() = 0;
  // Answers Inspect commands (health, readiness, metrics).
  virtual Task<dialects::Inspection> inspect(dialects::Inspect::What what) = 0;
  // A scope or hub was made or changed: there may be a new host name to cover. Must not block.
  virtual void names_may_have_changed() = 0;
  // What happens, for those who follow it; the same for all io_contexts.
  virtual LiveFeed& live() = 0;
  virtual hub::Waiting& waiting() = 0;
};

class Router final : public net::Handler {
 public:
  struct Parts {
    std::span<const std::unique_ptr<dialects::Dialect>> dialects;
    Surroundings& surroundings;
    const Clock& clock;
    Rng& rng;
    // The listener that dialects for operators are confined to, and which serves nothing else;
    // empty: they share the listeners of devices.
    std::string operator_listener;
    bool unframed_delete = true;  // whether any dialect may ask for that
  };
  explicit Router(Parts parts) : parts_(std::move(parts)) {}

  std::unique_ptr<net::Conversation> open(const wire::Peer& peer, net::Outbound& outbound) override;
  wire::BodyRules body_rules(const wire::Peer& peer, const wire::HttpRequest& header) override;
  wire::HttpResponse refuse(int status, std::string_view why) override;

 private:
  friend class Exchange;

  const dialects::Dialect* claimant(const wire::Peer& peer, const wire::Request& request) const;
  wire::Actions unclaimed(const wire::Request& request);

  Parts parts_;
};

}  // namespace berth::app
