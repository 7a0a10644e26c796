// The device API of Azure's Device Provisioning Service for symmetric keys, over HTTPS, MQTT and
// MQTT/WebSocket (azure-dps.md §1, §2): translation only, as dialects/dialect.h describes.
// README.md in this folder is the map of its files; docs/dialects/azure-dps.md is for its users.
//
// Room dialects. Thread rule: stateless; step it from any thread.
#pragma once

#include "dialects/dialect.h"

#include <memory>

namespace berth::dialects::azure_dps {

std::unique_ptr<Dialect> make_azure_dps();

}  // namespace berth::dialects::azure_dps
