// Readers that wait for the next event of a hub, without a thread. Each waits on a timer of its own
// executor, and is woken there.
//
//   const std::uint64_t seen = news.version(hub);   // before looking
//   const Woken woken = co_await news.wait(hub, seen, time);   // after finding nothing
//
// Room store/rocksdb. Ownership: shared with the coroutines that wait, which may end after the log.
// Thread rule: version(), tell(), forget() and close() from any thread; wait()
// on an executor that runs one thing at a time.
#pragma once

#include "base/task.h"

#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace berth::store::rocksdb {

enum class Woken { kNews, kTime, kClosed };

class News {
 public:
  // Changes with every tell().
  std::uint64_t version(const std::string& hub);
  void tell(const std::string& hub);
  // As tell(), for a hub that is gone.
  void forget(const std::string& hub);
  void close();
  Task<Woken> wait(std::string hub, std::uint64_t seen, std::chrono::milliseconds time);
  std::uint64_t waiting() const { return waiting_.load(std::memory_order_relaxed); }

 private:
  struct Waiter;
  using Waiters = std::vector<std::shared_ptr<Waiter>>;
  struct Hub {
    std::uint64_t version = 0;
    Waiters waiters;
  };

  // Not kTime: there is no need to wait.
  Woken join(const std::string& hub, std::uint64_t seen, const std::shared_ptr<Waiter>& waiter);
  void leave(const std::string& hub, const std::shared_ptr<Waiter>& waiter);
  static void wake(Waiters& waiters);

  std::mutex mutex_;
  std::map<std::string, Hub> hubs_;
  std::uint64_t last_version_ = 0;
  bool closed_ = false;
  std::atomic<std::uint64_t> waiting_{0};
};

}  // namespace berth::store::rocksdb
