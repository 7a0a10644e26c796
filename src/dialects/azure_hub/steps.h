// The three kinds of input of a connection, each in a file of its own: packets (requests.cc), what
// the hub answers (answers.cc), what it tells unasked (events.cc).
//
// Room dialects/azure_hub, internal. Thread rule: a Session belongs to one connection.
#pragma once

#include "dialects/azure_hub/session.h"
#include "dialects/dialect.h"

#include <string>
#include <utility>

namespace berth::dialects::azure_hub {

StepResult on_arrival(const wire::Peer& peer, Session& session, const Arrival& arrival);
StepResult on_answer(Session& session, const Answer& answer);
StepResult on_event(Session& session, Event event);

// Adds a command that belongs to the packet `pending` speaks of.
inline void operate(StepResult& result, domain::HubCommand command, Pending pending) {
  result.commands.push_back({Operate{std::move(command)}, std::move(pending)});
}

inline StepResult close_now(HubSession& session, std::string why) {
  session.phase = HubSession::Phase::kEnded;
  StepResult result;
  result.actions.push_back(wire::Close{std::move(why)});
  return result;
}

}  // namespace berth::dialects::azure_hub
