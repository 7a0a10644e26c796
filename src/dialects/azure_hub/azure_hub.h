// The device API of Azure IoT Hub over MQTT and MQTT/WebSocket (azure-iot-hub.md §2): translation
// only, as dialects/dialect.h describes. README.md in this folder is the map of its files;
// docs/dialects/azure-iot-hub.md is for its users.
//
// Room dialects. Thread rule: stateless; step it from any thread.
#pragma once

#include "dialects/dialect.h"

#include <memory>

namespace berth::dialects::azure_hub {

std::unique_ptr<Dialect> make_azure_hub();

}  // namespace berth::dialects::azure_hub
