// What a device that enrols itself says to its server and what it reads (cloudplugs.md §2.2, §3,
// §4.1).
//
// Room device, private to it. Thread rule: pure functions; answers are bytes of a server: anything.
#pragma once

#include "berth/device/agent.h"
#include "device/http_reply.h"

#include <optional>
#include <string>

namespace berth::device {

// Whole requests; `host` is the value of that header.
std::string enrol_request(const AgentConfig& config, const std::string& host);
std::string own_record_request(const AgentState& state, const std::string& host);

struct Enrolled {
  std::string id;
  Secret connection;
};

// Nothing when they are not of the form that the protocol gives them: neither may end up in a
// header else.
std::optional<Enrolled> read_enrolled(const std::string& body);

struct OwnRecord {
  std::string name;
  std::string status;
};

// Nothing when it is no JSON object.
std::optional<OwnRecord> read_own_record(const std::string& body);

// "HTTP 403: wrong password", printable.
std::string refusal_text(const HttpReply& reply);
// How to mend a refusal of the enrolment.
std::string hint_for_enrolment(const HttpReply& reply, const AgentConfig& config);

}  // namespace berth::device
