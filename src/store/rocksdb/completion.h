// How work that ends on a thread of the log comes back to the coroutine that waits for it: posted
// to its executor, which is kept busy until then.
//
//   Result<T> done = co_await await_completion<T>(start);  // start(std::unique_ptr<Completion<T>>)
//
// Room store/rocksdb. Ownership: whoever holds the Completion must complete it, once.
// Thread rule: complete() from any thread.
#pragma once

#include "base/result.h"
#include "base/task.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>
#include <utility>

namespace berth::store::rocksdb {

template <class T>
class Completion {
 public:
  virtual ~Completion() = default;
  virtual void complete(Result<T> result) = 0;
};

template <class T, class Handler>
class PostedCompletion final : public Completion<T> {
 public:
  explicit PostedCompletion(Handler handler)
      : executor_(boost::asio::prefer(
            boost::asio::any_io_executor(boost::asio::get_associated_executor(handler)),
            boost::asio::execution::outstanding_work.tracked)),
        handler_(std::move(handler)) {}

  void complete(Result<T> result) override {
    const boost::asio::any_io_executor executor = std::move(executor_);  // busy no longer than this
    boost::asio::post(executor,
                      [handler = std::move(handler_), result = std::move(result)]() mutable {
                        std::move(handler)(std::move(result));
                      });
  }

 private:
  boost::asio::any_io_executor executor_;
  Handler handler_;
};

template <class T, class Start>
struct Initiation {
  Start start;

  template <class Handler>
  void operator()(Handler&& handler) {
    using Posted = PostedCompletion<T, std::decay_t<Handler>>;
    start(std::make_unique<Posted>(std::forward<Handler>(handler)));
  }
};

template <class T, class Start>
Task<Result<T>> await_completion(Start start) {
  Initiation<T, Start> initiation{std::move(start)};
  const boost::asio::use_awaitable_t<> token;
  Result<T> result =
      co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Result<T>)>(
          std::move(initiation), token);
  co_return result;
}

}  // namespace berth::store::rocksdb
