#include "net/handshake_queue.h"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace berth::net {

namespace asio = boost::asio;

class HandshakeQueue::Waiter {
 public:
  virtual ~Waiter() = default;
  virtual void go() = 0;
};

template <class Handler>
class HandshakeQueue::WaiterOf final : public Waiter {
 public:
  explicit WaiterOf(Handler handler) : handler_(std::move(handler)) {}
  void go() override { std::move(handler_)(); }

 private:
  Handler handler_;
};

struct HandshakeQueue::Enter {
  HandshakeQueue& queue;

  template <class Handler>
  void operator()(Handler handler) const {
    queue.waiting_.push_back(
        {std::make_unique<WaiterOf<Handler>>(std::move(handler)), queue.clock_.monotonic()});
  }
};

HandshakeQueue::HandshakeQueue(Executor executor, const Clock& clock)
    : executor_(std::move(executor)),
      clock_(clock),
      self_(std::make_shared<HandshakeQueue*>(this)) {}

HandshakeQueue::~HandshakeQueue() { *self_ = nullptr; }

Task<void> HandshakeQueue::turn() {
  if (open_) co_return;
  schedule();
  if (begun_ < kAtOnce && waiting_.empty()) {
    ++begun_;
    co_return;
  }
  const Enter enter{*this};
  co_await asio::async_initiate<const asio::use_awaitable_t<>, void()>(enter, asio::use_awaitable);
}

// What is posted runs after the events that the loop has collected meanwhile.
void HandshakeQueue::schedule() {
  if (scheduled_) return;
  scheduled_ = true;
  asio::post(executor_, [self = self_] {
    if (*self != nullptr) (*self)->begin_some();
  });
}

void HandshakeQueue::begin_some() {
  // Whoever goes may be the last to keep the core.
  const std::shared_ptr<HandshakeQueue*> self = self_;
  scheduled_ = false;
  begun_ = 0;
  while (!waiting_.empty() && begun_ < kAtOnce) {
    ++begun_;
    const std::unique_ptr<Waiter> next = std::move(waiting_.front().waiter);
    waiting_.pop_front();
    next->go();
    if (*self == nullptr) return;
  }
  if (begun_ > 0) schedule();
}

void HandshakeQueue::let_go() {
  open_ = true;
  std::deque<Entry> all;
  all.swap(waiting_);
  for (const Entry& entry : all) entry.waiter->go();
}

std::chrono::nanoseconds HandshakeQueue::waiting() const {
  if (waiting_.empty()) return std::chrono::nanoseconds(0);
  return clock_.monotonic() - waiting_.front().since;
}

}  // namespace berth::net
