// The texts of the MQTT binding: the user name of CONNECT and the topics (azure-dps.md §2.2, §2.3).
//
// Room dialects/azure_dps. Views point into what was read. Thread rule: pure functions.
#pragma once

#include "dialects/azure_dps/reply.h"

#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::azure_dps {

inline constexpr std::string_view kAnswerFilter = "$dps/registrations/res/#";

// "<scope>/registrations/<id>/api-version=…[&ClientVersion=…]": exactly four parts, only the last
// of which may hold further slashes (§9.15).
struct UserName {
  std::string scope;
  std::string registration_id;
  std::optional<ApiVersion> version;
  std::string client;  // ClientVersion, decoded; may be empty
};
// Nothing when scope, id or api-version is missing, unreadable or longer than any can be.
std::optional<UserName> parse_user_name(std::string_view text);

// A topic that clients publish to. `rid` is the client's own text, echoed and never understood.
struct RequestTopic {
  std::optional<Operation> operation;  // none: an operation that does not exist here
  std::string_view rid;
  std::string operation_id;  // of a poll, decoded; empty when it was not given
};
// Nothing when the topic is not under $dps/registrations/ or has no `$rid` that can be echoed:
// then there is no way to answer.
std::optional<RequestTopic> parse_request_topic(std::string_view topic);

// "$dps/registrations/res/202/?$rid=1&retry-after=3". `$rid` comes first and `retry-after` is one
// lower-case digit: clients search for exactly that (§9.6, §2.3).
std::string answer_topic(int status, std::string_view rid, int retry_after_seconds);

}  // namespace berth::dialects::azure_dps
