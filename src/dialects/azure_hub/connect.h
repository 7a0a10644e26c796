// CONNECT of a device, and its telemetry as messages (azure-iot-hub.md §2.1, §2.2, §2.4).
//
// Room dialects/azure_hub. Thread rule: pure functions.
#pragma once

#include "domain/hub_operations.h"
#include "wire/wire.h"

#include <string>
#include <string_view>

namespace berth::dialects::azure_hub {

// Never refuses: what is wrong becomes MalformedEvidence, so that it is refused like any other
// CONNECT and a trail says why.
domain::ConnectDevice connect_command(const wire::Peer& peer, const wire::MqttConnect& packet);

// False: too many properties, or over kDeviceMessageBytesMax. `message` must be new.
bool read_telemetry(std::string_view bag, const wire::MqttPublish& packet,
                    domain::Message& message);

}  // namespace berth::dialects::azure_hub
