// Work that takes long on purpose, done on a worker while a coroutine waits; and a bound on how
// much of it waits.
//
// Room app. Thread rule: on_worker() from any io_context, its Task completes on the caller's
// executor; a Place may be given back anywhere.
#pragma once

#include "base/result.h"
#include "base/task.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

namespace berth::app {

// A place among those who wait, given back when it goes.
class Place {
 public:
  using Count = std::shared_ptr<std::atomic<std::size_t>>;

  static std::optional<Place> take(Count count, std::size_t max) {
    if (count->fetch_add(1) < max) return Place(std::move(count));
    count->fetch_sub(1);
    return std::nullopt;
  }
  Place(Place&&) = default;
  Place& operator=(Place&&) = delete;
  ~Place() {
    if (count_) count_->fetch_sub(1);
  }

 private:
  explicit Place(Count count) : count_(std::move(count)) {}

  Count count_;
};

// Runs the work on a worker and posts what came of it to whoever waits, whose executor is kept busy
// until then.
template <class T, class Work>
struct Submission {
  boost::asio::thread_pool& workers;
  Work work;

  template <class Handler>
  void operator()(Handler&& handler) {
    auto executor = boost::asio::prefer(
        boost::asio::any_io_executor(boost::asio::get_associated_executor(handler)),
        boost::asio::execution::outstanding_work.tracked);
    boost::asio::post(workers, [work = std::move(work), executor = std::move(executor),
                                handler = std::forward<Handler>(handler)]() mutable {
      const boost::asio::any_io_executor there = std::move(executor);  // busy no longer than this
      Result<T> result = work();
      boost::asio::post(there,
                        [handler = std::move(handler), result = std::move(result)]() mutable {
                          std::move(handler)(std::move(result));
                        });
    });
  }
};

template <class T, class Work>
Task<Result<T>> on_worker(boost::asio::thread_pool& workers, Work work) {
  Submission<T, Work> submission{workers, std::move(work)};
  const boost::asio::use_awaitable_t<> token;
  Result<T> result =
      co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Result<T>)>(
          std::move(submission), token);
  co_return result;
}

}  // namespace berth::app
