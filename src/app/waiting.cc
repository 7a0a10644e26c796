#include "app/waiting.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <mutex>

namespace berth::app {
namespace {

namespace asio = boost::asio;

class TimerWaiter final : public hub::Waiter, public std::enable_shared_from_this<TimerWaiter> {
 public:
  Task<bool> wait(std::chrono::milliseconds up_to) override {
    const auto self = shared_from_this();
    const auto executor = co_await asio::this_coro::executor;
    const auto timer = std::make_shared<asio::steady_timer>(executor, up_to);
    if (!begin(timer)) co_return true;
    co_await timer->async_wait(asio::as_tuple(asio::use_awaitable));
    co_return end();
  }

  void wake() override {
    std::shared_ptr<asio::steady_timer> timer;
    {
      const std::lock_guard lock(mutex_);
      woken_ = true;
      timer = timer_;
    }
    if (timer) asio::post(timer->get_executor(), [timer] { timer->cancel(); });
  }

 private:
  // False when there is nothing to wait for any more.
  bool begin(const std::shared_ptr<asio::steady_timer>& timer) {
    const std::lock_guard lock(mutex_);
    if (!woken_) timer_ = timer;
    return !woken_;
  }
  bool end() {
    const std::lock_guard lock(mutex_);
    timer_.reset();
    return woken_;
  }

  std::mutex mutex_;
  bool woken_ = false;                         // guarded by mutex_
  std::shared_ptr<asio::steady_timer> timer_;  // guarded by mutex_; used on its executor alone
};

}  // namespace

std::shared_ptr<hub::Waiter> TimerWaiting::make_waiter() { return std::make_shared<TimerWaiter>(); }

}  // namespace berth::app
