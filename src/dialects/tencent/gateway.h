// Gateways and the devices behind them (tencent.md §9): which are bound, binding one with a
// signature made with its own secret, and which of them the gateway speaks for now.
//
// Room dialects/tencent, internal. Thread rule: pure functions.
#pragma once

#include "dialects/tencent/mqtt_steps.h"

namespace berth::dialects::tencent {

StepResult on_gateway(const Incoming& incoming);

// What the hub said to one of the commands of a request. Once it was the last, the answer; its
// place in the line is filled then.
void gateway_answered(MqttSession& session, const domain::HubResult& result,
                      const Pending& pending);

}  // namespace berth::dialects::tencent
