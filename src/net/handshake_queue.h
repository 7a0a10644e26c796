// Whose TLS handshake is next on one event loop. The first half of a handshake is the dearest thing
// a stranger can ask for: when thousands ask at once, doing them as they come would leave those who
// are connected already without an answer for seconds. So only a few are begun each time round the
// loop; the others wait in the order in which they came.
//
//   co_await queue.turn();    // at once while few ask
//
// Room net, internal. Bounded by the connections there may be; a peer that says nothing is not in
// it, because it is entered with the peer's first bytes.
// Thread rule: belongs to its loop's thread.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "net/engine.h"

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>

namespace berth::net {

class HandshakeQueue {
 public:
  // Begun each time round the loop: 1 to 2 ms of work.
  static constexpr std::size_t kAtOnce = 8;

  HandshakeQueue(Executor executor, const Clock& clock);
  ~HandshakeQueue();
  HandshakeQueue(const HandshakeQueue&) = delete;
  HandshakeQueue& operator=(const HandshakeQueue&) = delete;

  // Completes when it is the caller's turn, or everybody is let go.
  Task<void> turn();
  // Nobody waits any more, now or later: the loop is about to end.
  void let_go();

  // How long whoever is next has been waiting; 0 when nobody waits.
  std::chrono::nanoseconds waiting() const;
  std::size_t size() const { return waiting_.size(); }

 private:
  class Waiter;
  template <class Handler>
  class WaiterOf;
  struct Enter;
  struct Entry {
    std::unique_ptr<Waiter> waiter;
    Instant since;
  };

  void schedule();
  void begin_some();

  Executor executor_;
  const Clock& clock_;
  std::deque<Entry> waiting_;
  std::size_t begun_ = 0;  // since the loop last came round
  bool scheduled_ = false;
  bool open_ = false;  // everybody is let go
  // Told to handlers that outlive this.
  std::shared_ptr<HandshakeQueue*> self_;
};

}  // namespace berth::net
