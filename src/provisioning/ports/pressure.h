// How long what arrived first has been waiting for its turn on an io_context before provisioning
// could hear of it. Implemented in app/ over net/.
// Room provisioning/ports. Thread rule: called on that io_context; must not block.
#pragma once

#include <chrono>

namespace berth::provisioning {

class Pressure {
 public:
  virtual ~Pressure() = default;
  virtual std::chrono::nanoseconds waiting() const = 0;
};

}  // namespace berth::provisioning
