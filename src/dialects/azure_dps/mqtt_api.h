// The device API over MQTT and MQTT/WebSocket (azure-dps.md §2). The token is judged at CONNECT;
// afterwards the connection remembers who it is and what it showed, and every register and poll is
// judged again with that, so an operator's change counts at once.
//
// Room dialects/azure_dps. Thread rule: pure functions; a Session belongs to one connection.
#pragma once

#include "dialects/dialect.h"

namespace berth::dialects::azure_dps {

bool claims_mqtt(const wire::Request& request);

StepResult mqtt_arrival(const wire::Peer& peer, Session& session, const Arrival& arrival);
StepResult mqtt_answer(Session& session, const Answer& answer);

}  // namespace berth::dialects::azure_dps
