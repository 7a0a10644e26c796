// hub::Waiting over timers of the waiting coroutine's own io_context.
//
// Room app. Thread rule: as hub/ports/waiting.h.
#pragma once

#include "hub/ports/waiting.h"

namespace berth::app {

class TimerWaiting final : public hub::Waiting {
 public:
  std::shared_ptr<hub::Waiter> make_waiter() override;
};

}  // namespace berth::app
