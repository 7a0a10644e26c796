// A device's side of its connection: carries out its commands one by one, and cleans up after it.
//
// Room hub. Owned by the caller of connect(); shares the Connection with the directory. Thread
// rule: as Attachment.
#pragma once

#include "domain/message.h"
#include "hub/hub.h"

#include <memory>
#include <optional>

namespace berth::hub {

struct Core;
class Connection;

std::unique_ptr<Attachment> make_attachment(std::shared_ptr<Core> core,
                                            std::shared_ptr<Connection> connection,
                                            std::optional<domain::Message> will);

}  // namespace berth::hub
