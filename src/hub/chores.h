// What the hub does now and then: ends connections that may not go on, delivers what had to wait,
// drops what has expired.
//
// Room hub. Thread rule: one caller, one call at a time.
#pragma once

#include "base/task.h"

#include <memory>

namespace berth::hub {

struct Core;

Task<void> do_chores(std::shared_ptr<Core> core);

}  // namespace berth::hub
