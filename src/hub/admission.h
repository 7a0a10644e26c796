// One connection attempt, one request that stands alone, or one offence on a connection, and its
// trail: the first three steps of provisioning's six are the ones these go through, too.
//
// Room hub. Thread rule: belongs to one running connect(), ask() or handle().
#pragma once

#include "base/result.h"
#include "domain/claim.h"
#include "domain/hub_operations.h"
#include "domain/records.h"
#include "domain/trail.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::hub {

struct Core;
class Connection;

// Trail::operation.
inline constexpr std::string_view kConnect = "connect";
inline constexpr std::string_view kAsk = "ask";

struct Rejection {
  domain::Step step = domain::Step::kIdentify;
  domain::Reason reason = domain::Reason::kInternal;
  std::string expected;
  std::string received;
  std::chrono::seconds retry_after{0};
  std::vector<domain::Finding> findings = {};  // when the hub knows the cause already
};
// No fault of whoever asks.
Rejection store_trouble(domain::Step step, const Error& error);

class Admission {
 public:
  Admission(Core& core, domain::Claim of, std::string_view operation = kConnect);

  domain::Claim claim;
  domain::Trail trail;
  std::optional<domain::Device> named;  // the identity that the claim names, once it is found

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

// Of something that a connected device does.
Admission admission_of(Core& core, const Connection& connection, std::string_view operation);

}  // namespace berth::hub
