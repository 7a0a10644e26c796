// The trail of one attempt: each step in order with its verdict, what was expected and received,
// and, for a refusal, the causes that the explainer found. Never holds secret bytes; keys appear as
// keyed fingerprints.
//
// Room domain. Thread rule: plain values.
#pragma once

#include "base/clock.h"
#include "domain/reason.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace berth::domain {

// The six steps of provisioning, in order.
enum class Step { kIdentify, kAttest, kAuthorize, kAllocate, kIssue, kRecord };
std::string_view to_string(Step step);  // "identify"

struct TrailStep {
  Step step = Step::kIdentify;
  bool passed = false;
  std::string detail;    // what was found: "group 'line-7' by derived primary key"
  std::string expected;  // on refusal
  std::string received;  // on refusal
  std::chrono::nanoseconds took{0};
};

// One hypothesis that fits.
struct Finding {
  Cause cause = Cause::kUnexplained;
  bool proven = false;  // the check passes under this hypothesis
  std::string text;     // one sentence, for people
  std::string mend;     // the command or act that mends it
};

enum class TrailOutcome { kAssigned, kRefused, kFailed };
std::string_view to_string(TrailOutcome outcome);  // "assigned", "refused", "failed"

struct Trail {
  std::string id;  // UUID ordered by time; the device sees it as the error's tracking id
  TimePoint started_at;
  std::chrono::nanoseconds took{0};
  std::string operation;  // "register", "authenticate", "poll", "lookup"
  std::string scope;      // as sent
  std::string registration_id;
  std::string dialect;
  std::string transport;
  std::string source;
  std::string host;
  std::string client;
  TrailOutcome outcome = TrailOutcome::kRefused;
  Reason reason = Reason::kNone;
  std::string enrollment;  // "group/line-7", once identified
  std::string hub;
  std::string device_id;
  std::vector<TrailStep> steps;
  std::vector<Finding> findings;  // likeliest first; empty for successes
  std::uint32_t count = 1;        // equal refusals in a row, aggregated
};

}  // namespace berth::domain
