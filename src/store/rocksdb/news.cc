#include "store/rocksdb/news.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace berth::store::rocksdb {

struct News::Waiter {
  explicit Waiter(const boost::asio::any_io_executor& executor) : timer(executor) {}
  boost::asio::steady_timer timer;  // touched on its executor alone
  bool woken = false;               // likewise
};

std::uint64_t News::version(const std::string& hub) {
  const std::lock_guard lock(mutex_);
  const auto found = hubs_.find(hub);
  return found == hubs_.end() ? 0 : found->second.version;
}

void News::wake(Waiters& waiters) {
  for (const std::shared_ptr<Waiter>& each : waiters) {
    boost::asio::post(each->timer.get_executor(), [waiter = each] {
      waiter->woken = true;
      waiter->timer.cancel();
    });
  }
  waiters.clear();
}

void News::tell(const std::string& hub) {
  const std::lock_guard lock(mutex_);
  Hub& told = hubs_[hub];
  told.version = ++last_version_;
  wake(told.waiters);
}

void News::forget(const std::string& hub) {
  const std::lock_guard lock(mutex_);
  const auto found = hubs_.find(hub);
  if (found == hubs_.end()) return;
  wake(found->second.waiters);
  hubs_.erase(found);
}

void News::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (auto& [name, hub] : hubs_) wake(hub.waiters);
}

Woken News::join(const std::string& hub, std::uint64_t seen,
                 const std::shared_ptr<Waiter>& waiter) {
  const std::lock_guard lock(mutex_);
  if (closed_) return Woken::kClosed;
  Hub& joined = hubs_[hub];
  if (joined.version != seen) return Woken::kNews;
  joined.waiters.push_back(waiter);
  waiting_.fetch_add(1, std::memory_order_relaxed);
  return Woken::kTime;
}

void News::leave(const std::string& hub, const std::shared_ptr<Waiter>& waiter) {
  const std::lock_guard lock(mutex_);
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  const auto found = hubs_.find(hub);
  if (found != hubs_.end()) std::erase(found->second.waiters, waiter);
}

Task<Woken> News::wait(std::string hub, std::uint64_t seen, std::chrono::milliseconds time) {
  const boost::asio::any_io_executor executor = co_await boost::asio::this_coro::executor;
  const auto waiter = std::make_shared<Waiter>(executor);
  waiter->timer.expires_after(time);
  const Woken joined = join(hub, seen, waiter);
  if (joined != Woken::kTime) co_return joined;
  boost::system::error_code ignored;
  auto token = boost::asio::redirect_error(boost::asio::use_awaitable_t<>(), ignored);
  co_await waiter->timer.async_wait(std::move(token));
  leave(hub, waiter);
  const std::lock_guard lock(mutex_);
  if (closed_) co_return Woken::kClosed;
  co_return waiter->woken ? Woken::kNews : Woken::kTime;
}

}  // namespace berth::store::rocksdb
