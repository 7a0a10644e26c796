// Registering a member for its device: the one route that takes two brains. Management vouches for
// the member (and resets it first, when it is to register anew), provisioning registers it, and the
// answer shows the password that was issued, once.
//
// Room dialects. Thread rule: plain values; pure functions.
#pragma once

#include "dialects/admin/incoming.h"
#include "dialects/dialect.h"

#include <memory>
#include <optional>
#include <string>

namespace berth::dialects::admin {

// The route's mark in the table.
struct Enroll {};

// What is known of the request while it is under way.
struct Enrolling {
  SharedSecret token;  // for the second command to management
  std::string scope;
  std::string group;
  std::string name;
  bool reissue = false;
  std::optional<domain::Claim> claim;  // once management has vouched
};

Enrolling read_enrolling(Incoming& in);

// The next command, after the answers so far; `answer` is what management said to the last one,
// none at first. The error is management's, or kInternal for an answer that is none of ours.
using EnrollCommand = std::variant<Provision, Manage>;
EnrollCommand begin_enrolling(const Enrolling& enrolling, const std::string& source);
Result<EnrollCommand> continue_enrolling(Enrolling& enrolling, const std::string& source,
                                         Result<domain::ManagementResult> answer);

// The JSON of the answer; the error says in words why provisioning refused.
Result<boost::json::object> enrolled(const Enrolling& enrolling, domain::Outcome outcome);

}  // namespace berth::dialects::admin
