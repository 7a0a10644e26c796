// The MQTT interface (cloudplugs.md §6): connections of devices, and those without credentials that
// enrol. Packets are in mqtt_step.cc and mqtt_packets.cc, what the hub and provisioning answer and
// what the hub tells unasked in mqtt_answers.cc.
//
// Room dialects/cloudplugs. Thread rule: a Session belongs to one connection.
#pragma once

#include "dialects/dialect.h"

namespace berth::dialects::cloudplugs {

// A user name that is a device's Plug-ID; or neither user name nor password, to enrol.
bool claims_connect(const wire::MqttConnect& packet);

StepResult mqtt_step(const wire::Peer& peer, Session& session, Input input);

}  // namespace berth::dialects::cloudplugs
