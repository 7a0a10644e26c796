// What verbs about one device share.
// Room cli, private to it. Thread rule: as Invocation.
#pragma once

#include "cli/invocation.h"

#include <string>

namespace berth::cli {

Flag device_flag();  // the device id, positional
Flag hub_flag();     // --hub-name, for run.hub()

std::string device_id(const Invocation& run);
// "/api/v1/hubs/HUB/devices/ID"
Try<std::string> device_path(Invocation& run);

}  // namespace berth::cli
