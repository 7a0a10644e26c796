// Where and how a unit of work runs: the one thing that differs between drivers. A unit is a plain
// function over a Connection; run<T>() turns it into a Task that completes on the awaiting
// coroutine's executor.
//
// Room store/sql. Units may be run again after a rollback (a lost race with another server, a lost
// connection), so they must only read their input. A write unit that returns an error has its
// writes undone; the others of its group are not affected.
// Thread rule: submit() from any thread; finish() is called on a thread of the store.
#pragma once

#include "base/task.h"
#include "store/sql/connection.h"
#include "store/store.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/execution/outstanding_work.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace berth::store::sql {

enum class Lane {
  kRead,        // one indexed statement; may run in the caller's thread
  kScan,        // reads many rows or several statements, in one snapshot, on a thread of the store
  kWrite,       // shares its transaction with others
  kWriteAlone,  // has a transaction of its own: takes locks that others could run into
  kLazy,        // nobody waits: written with the next commit or within a second, without own fsync
};

class Unit {
 public:
  virtual ~Unit() = default;
  // Does the work inside the transaction the lane promises. Never throws.
  virtual Result<void> run(Connection& connection) = 0;
  // The end, called once. `outcome` is run()'s last result, or why the transaction failed.
  virtual void finish(Result<void> outcome) = 0;
};

class Runner {
 public:
  virtual ~Runner() = default;
  // Whether units of that lane run in the caller's thread, by execute().
  virtual bool is_inline(Lane lane) const = 0;
  virtual void execute(Lane lane, Unit& unit) = 0;
  // Every unit is finished, sooner or later; at once with kUnavailable when there is no room.
  virtual void submit(Lane lane, std::unique_ptr<Unit> unit) = 0;

  virtual StoreStats stats() const = 0;
  virtual bool ready() const = 0;
  // See Store::close().
  virtual void close() = 0;
};

// Work whose result is kept: the base of the units below.
template <class T, class Work>
class WorkUnit : public Unit {
 public:
  explicit WorkUnit(Work work) : work_(std::move(work)) {}

  Result<void> run(Connection& connection) final {
    try {
      result_.emplace(work_(connection));
    } catch (const std::exception& exception) {  // the fence of the store's job loop
      result_.emplace(Fail(ErrorKind::kInternal, std::string("store: ") + exception.what()));
    }
    if (*result_) return {};
    return Fail(result_->error());
  }

  Result<T> take(Result<void> outcome) {
    if (!outcome) return Fail(std::move(outcome).error());
    return std::move(*result_);
  }

 private:
  const Work work_;
  std::optional<Result<T>> result_;
};

template <class T, class Work>
class ImmediateUnit final : public WorkUnit<T, Work> {
 public:
  using WorkUnit<T, Work>::WorkUnit;
  void finish(Result<void> outcome) override { outcome_ = std::move(outcome); }
  Result<T> result() { return this->take(std::move(outcome_)); }

 private:
  Result<void> outcome_;
};

// Posts the result to the coroutine that waits for it, and keeps its executor busy until then.
template <class T, class Work, class Handler>
class AwaitedUnit final : public WorkUnit<T, Work> {
 public:
  AwaitedUnit(Work work, Handler handler)
      : WorkUnit<T, Work>(std::move(work)),
        executor_(boost::asio::prefer(
            boost::asio::any_io_executor(boost::asio::get_associated_executor(handler)),
            boost::asio::execution::outstanding_work.tracked)),
        handler_(std::move(handler)) {}

  void finish(Result<void> outcome) override {
    boost::asio::post(executor_, [handler = std::move(handler_),
                                  result = this->take(std::move(outcome))]() mutable {
      std::move(handler)(std::move(result));
    });
  }

 private:
  boost::asio::any_io_executor executor_;
  Handler handler_;
};

// Nobody waits for it; `then` hears how it ended, on a thread of the store.
template <class T, class Work, class Then>
class DetachedUnit final : public WorkUnit<T, Work> {
 public:
  DetachedUnit(Work work, Then then) : WorkUnit<T, Work>(std::move(work)), then_(std::move(then)) {}
  void finish(Result<void> outcome) override { then_(this->take(std::move(outcome))); }

 private:
  Then then_;
};

template <class T, class Work>
struct Submission {
  Runner& runner;
  Lane lane;
  Work work;

  template <class Handler>
  void operator()(Handler&& handler) {
    using Awaited = AwaitedUnit<T, Work, std::decay_t<Handler>>;
    runner.submit(lane, std::make_unique<Awaited>(std::move(work), std::forward<Handler>(handler)));
  }
};

// Runs `work` (a copy of its inputs, called as Result<T>(Connection&)) in a lane.
template <class T, class Work>
Task<Result<T>> run(Runner& runner, Lane lane, Work work) {
  if (runner.is_inline(lane)) {
    ImmediateUnit<T, Work> unit(std::move(work));
    runner.execute(lane, unit);
    co_return unit.result();
  }
  Submission<T, Work> submission{runner, lane, std::move(work)};
  const boost::asio::use_awaitable_t<> token;
  Result<T> result =
      co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>&, void(Result<T>)>(
          std::move(submission), token);
  co_return result;
}

template <class T, class Work, class Then>
void run_detached(Runner& runner, Lane lane, Work work, Then then) {
  using Detached = DetachedUnit<T, Work, Then>;
  runner.submit(lane, std::make_unique<Detached>(std::move(work), std::move(then)));
}

}  // namespace berth::store::sql
