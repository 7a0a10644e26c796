// Hears of every finished attempt; for metrics and the log. Implemented in app/.
// Room provisioning/ports. Thread rule: called on any io_context, must not block.
#pragma once

#include "domain/trail.h"

namespace berth::provisioning {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void attempt_finished(const domain::Trail& trail) = 0;
};

}  // namespace berth::provisioning
