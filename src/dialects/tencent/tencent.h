// The device API of Tencent's IoT Hub: dynamic registration over HTTP and HTTPS (tencent.md §2,
// §3), devices over MQTT (§7): translation only, as dialects/dialect.h describes. README.md in this
// folder is the map of its files; docs/dialects/tencent.md is for its users.
//
// Room dialects. Thread rule: stateless; step it from any thread.
#pragma once

#include "dialects/dialect.h"

#include <memory>

namespace berth::dialects::tencent {

std::unique_ptr<Dialect> make_tencent();

}  // namespace berth::dialects::tencent
