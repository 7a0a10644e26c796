// The data template (`$thing`, tencent.md §7.6) and remote calls (`$rrpc`): properties on the twin,
// events as telemetry, actions and remote calls as direct methods.
//
// Room dialects/tencent, internal. Thread rule: pure functions.
#pragma once

#include "dialects/tencent/mqtt_steps.h"

namespace berth::dialects::tencent {

StepResult on_property(const Incoming& incoming);
StepResult on_event_post(const Incoming& incoming);
StepResult on_action_reply(const Incoming& incoming);
StepResult on_rpc_reply(const Incoming& incoming);

// {"method":…,"clientToken":…,"code":…,"status":…}, of Pending::What::kThing.
std::string thing_answer(const domain::HubResult& result, const Pending& pending);
// Of Pending::What::kThingStatus.
std::string thing_status_answer(const domain::HubResult& result, const Pending& pending);

// {"method":"control",…}; nothing when nothing was set.
std::optional<std::string> thing_control(const domain::DesiredChanged& change);
// The PUBLISH by which a method is called, if the device listens to one of the two ways: as an
// action, unless its name is "rrpc" or it listens to remote calls alone.
std::optional<wire::MqttPublish> method_call(const MqttSession& session,
                                             const domain::CallMethod& call, TimePoint at);

}  // namespace berth::dialects::tencent
