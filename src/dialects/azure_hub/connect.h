// CONNECT of a device, and its telemetry as messages (azure-iot-hub.md §2.1, §2.2, §2.4).
//
// Room dialects/azure_hub. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "domain/hub_operations.h"
#include "wire/wire.h"

#include <string>
#include <string_view>

namespace berth::dialects::azure_hub {

// Never refuses: what is wrong becomes MalformedEvidence, so that it is refused like any other
// CONNECT and a trail says why.
domain::ConnectDevice connect_command(const wire::Peer& peer, const wire::MqttConnect& packet);

// What a message has too much of, in the words of a trail.
struct Excess {
  std::string expected;
  std::string received;
};
// At most kPropertiesMax properties and kDeviceMessageBytesMax in all.
Result<domain::Message, Excess> read_telemetry(std::string_view bag,
                                               const wire::MqttPublish& packet);

}  // namespace berth::dialects::azure_hub
