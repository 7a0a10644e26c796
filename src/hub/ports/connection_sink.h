// Who hears of devices that connect and leave, as it happens. Implemented in app/.
//
// Room hub/ports. Thread rule: any thread, under a lock of the hub: must not block, and must not
// call the hub.
#pragma once

#include "domain/fleet.h"

namespace berth::hub {

class ConnectionSink {
 public:
  virtual ~ConnectionSink() = default;
  // In the order of a device's connections. One that takes over begins without an end before it.
  virtual void connection_changed(const domain::ConnectionNews& news) = 0;
};

}  // namespace berth::hub
