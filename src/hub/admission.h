// One connection attempt, or one offence on a connection, and its trail: the first three steps of
// provisioning's six are the ones a connection goes through, too.
//
// Room hub. Thread rule: belongs to one running connect() or handle().
#pragma once

#include "domain/claim.h"
#include "domain/hub_operations.h"
#include "domain/records.h"
#include "domain/trail.h"

#include <chrono>
#include <optional>
#include <string>

namespace berth::hub {

struct Core;

// Trail::operation.
inline constexpr std::string_view kConnect = "connect";

struct Rejection {
  domain::Step step = domain::Step::kIdentify;
  domain::Reason reason = domain::Reason::kInternal;
  std::string expected;
  std::string received;
  std::chrono::seconds retry_after{0};
};

class Admission {
 public:
  Admission(Core& core, domain::Claim of);

  domain::Claim claim;
  domain::Trail trail;

  void pass(domain::Step step, std::string detail);
  // Ends the attempt: a failure is counted against its source, and the trail goes to be explained.
  // The device learns the reason and `detail`.
  domain::HubRefused refuse(Rejection rejection, std::optional<domain::Device> device,
                            std::string detail = {});

 private:
  std::chrono::nanoseconds lap();

  Core& core_;
  Instant started_;
  Instant step_started_;
};

}  // namespace berth::hub
