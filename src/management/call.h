// What every use case is given: the ports, and who asks.
//
// Room management. Thread rule: built per call by Management::handle and outlives the use case,
// which therefore takes it by reference.
#pragma once

#include "management/management.h"

#include <optional>
#include <string>

namespace berth::management {

struct Means : Ports {
  const Settings& settings;
  SourceBudget& code_tries;  // of credential codes, per source address
  SourceBudget& sign_ins;    // likewise; spent by each try
};

// Who asks, as the token says. Nobody: without a token, for the few commands that need none.
struct Actor {
  std::string token_id;  // empty: nobody
  std::string source;    // address
  domain::Role role = domain::Role::kViewer;
  std::optional<domain::ScopeId> scope;  // the token's limit; none: the whole server
  std::string operator_name = {};        // not empty: the token is that operator's session
  std::optional<TimePoint> expires_at = {};
};

struct Call {
  const Means& ports;
  const Actor& actor;
};

using Answer = Result<domain::ManagementResult>;

}  // namespace berth::management
