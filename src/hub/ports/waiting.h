// Waiting for something that another connection will do, without holding a thread: a device's
// answer to a method, a device that is to connect, one's turn. Implemented in app/ over a timer of
// the waiting coroutine's executor; wake() posts to that executor and cancels the timer.
//
// Room hub/ports. Thread rule: wait() completes on the caller's executor; wake() is called from any
// thread and never blocks. A waiter is shared by the one who waits and those who wake.
#pragma once

#include "base/task.h"

#include <chrono>
#include <memory>

namespace berth::hub {

// For one wait. Once woken it stays so: a wake() that comes before the wait() ends it at once.
class Waiter {
 public:
  virtual ~Waiter() = default;
  // True when woken, false when the time was up before.
  virtual Task<bool> wait(std::chrono::milliseconds up_to) = 0;
  virtual void wake() = 0;
};

class Waiting {
 public:
  virtual ~Waiting() = default;
  virtual std::shared_ptr<Waiter> make_waiter() = 0;
};

}  // namespace berth::hub
