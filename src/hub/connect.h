// A device connects: which hub, which device, whether its proof is good, whether it may; then it
// takes the place of an older connection and gets back what that one left.
//
// Room hub. Thread rule: any io_context; between taking its place and returning it waits for
// nothing, so an event can be told apart from the answer by its order on the caller's executor.
#pragma once

#include "base/task.h"
#include "hub/hub.h"

#include <memory>

namespace berth::hub {

struct Core;

Task<Attached> connect(std::shared_ptr<Core> core, domain::ConnectDevice command,
                       std::shared_ptr<Subscriber> subscriber);

}  // namespace berth::hub
