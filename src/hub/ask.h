// Requests about data, properties and other devices: who asks, whether it may, and then the part
// that does it. A refusal leaves a trail like a refused connection's.
//
// Room hub. Thread rule: any io_context; shares the Core.
#pragma once

#include "base/task.h"
#include "domain/hub_operations.h"

#include <memory>

namespace berth::hub {

struct Core;
class Connection;

// `command` has a claim.
Task<domain::HubResult> ask(std::shared_ptr<Core> core, domain::AskData command);
// Of the connected device.
Task<domain::HubResult> ask_connected(std::shared_ptr<Core> core,
                                      std::shared_ptr<Connection> connection,
                                      domain::DataRequest request);

}  // namespace berth::hub
