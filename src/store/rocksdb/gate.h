// Lets many pass while nobody changes the house, and one alone to change it. Unlike a plain
// shared_mutex it lets the one that waits go before newcomers.
//
// Room store/rocksdb. Thread rule: any thread.
#pragma once

#include <mutex>
#include <shared_mutex>

namespace berth::store::rocksdb {

class Gate {
 public:
  std::shared_lock<std::shared_mutex> pass() {
    const std::lock_guard turn(turnstile_);
    return std::shared_lock(house_);
  }
  // Owns nothing when it would have to wait.
  std::shared_lock<std::shared_mutex> try_pass() {
    const std::unique_lock turn(turnstile_, std::try_to_lock);
    if (!turn) return {};
    return std::shared_lock(house_, std::try_to_lock);
  }
  std::unique_lock<std::shared_mutex> close() {
    const std::lock_guard turn(turnstile_);
    return std::unique_lock(house_);
  }

 private:
  std::mutex turnstile_;
  std::shared_mutex house_;
};

}  // namespace berth::store::rocksdb
