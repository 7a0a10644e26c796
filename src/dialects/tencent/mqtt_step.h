// The device API over MQTT (tencent.md §7, §9): which connections are for it, and what one step of
// such a connection does. The files it is made of are mapped in README.md of this folder.
//
// Room dialects/tencent. Thread rule: stateless; a Session belongs to one connection.
#pragma once

#include "dialects/dialect.h"

namespace berth::dialects::tencent {

// By its user name alone, "<ClientID>;<sdkappid>;<connid>;<expiry>", whatever the transport.
bool claims_connect(const wire::MqttConnect& packet);

// Never throws; what is malformed is answered as the vendor does, or leaves a trail.
StepResult mqtt_step(const wire::Peer& peer, Session& session, Input input);

}  // namespace berth::dialects::tencent
