// Connections that are keyed below MQTT with a secret of the device's own (TLS-PSK): finding the
// key while the peer waits in its handshake, and what becomes of a handshake that fails.
//
// Room hub. Thread rule: any io_context; shares the Core.
#pragma once

#include "base/task.h"
#include "domain/claim.h"
#include "hub/ports/authenticator.h"

#include <memory>
#include <optional>
#include <string>

namespace berth::hub {

struct Core;

// As Hub::shared_key() and Hub::keying_failed().
Task<std::optional<SharedKey>> shared_key(std::shared_ptr<Core> core, std::string source,
                                          std::string identity);
Task<void> keying_failed(std::shared_ptr<Core> core, domain::Claim claim, bool found);

}  // namespace berth::hub
