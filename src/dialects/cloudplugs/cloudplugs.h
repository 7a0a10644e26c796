// CloudPlugs IoT: enrolment, devices, properties and published data over HTTP and MQTT
// (cloudplugs.md): translation only, as dialects/dialect.h describes. README.md in this folder is
// the map of its files; docs/dialects/cloudplugs.md is for its users.
//
// Room dialects. Thread rule: stateless; step it from any thread.
#pragma once

#include "dialects/dialect.h"

#include <memory>

namespace berth::dialects::cloudplugs {

std::unique_ptr<Dialect> make_cloudplugs();

}  // namespace berth::dialects::cloudplugs
