// The way from the hub to one connection. Implemented in app/ over the dialect and net.
//
// Room hub/ports. Thread rule: called from any thread, never blocks, keeps the order of calls.
#pragma once

#include "domain/hub_operations.h"

namespace berth::hub {

class Subscriber {
 public:
  virtual ~Subscriber() = default;
  // False when the connection's outgoing queue is full or it is closing: the event was dropped.
  // EndConnection always gets through.
  virtual bool deliver(domain::HubEvent event) = 0;
};

}  // namespace berth::hub
