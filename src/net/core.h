// Core: what the connections of one event loop share: limits, counters, deadlines, scratch memory
// and the list of themselves. Shared: the little that all cores share, which is who may connect.
//
// Room net, internal. A connection holds its Core, so a Core outlives every connection even when
// the Server is gone before the Engine destroys what never ended.
// Thread rule: Core belongs to its loop's thread, counters apart; Shared is for any thread.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "net/counters.h"
#include "net/engine.h"
#include "net/handler.h"
#include "net/handshake_queue.h"
#include "net/limits.h"
#include "net/timer_wheel.h"

#include <boost/asio/basic_waitable_timer.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace berth::net {

class Connection;

// Who counts as one source: an IPv4 address, or an IPv6 /64 with the rest zero.
using Source = std::array<std::uint8_t, 16>;

class Shared : public std::enable_shared_from_this<Shared> {
 public:
  // A place among the connections; given back when destroyed.
  class Place {
   public:
    Place(std::shared_ptr<Shared> shared, const Source& source)
        : shared_(std::move(shared)), source_(source) {}
    ~Place() {
      if (shared_) shared_->leave(source_);
    }
    Place(Place&&) = default;
    Place& operator=(Place&&) = delete;

   private:
    std::shared_ptr<Shared> shared_;
    Source source_;
  };

  Shared(std::size_t total_max, std::size_t per_source_max)
      : total_max_(total_max), per_source_max_(per_source_max) {}

  // Nothing, and `why` set, when there is no room.
  std::optional<Place> enter(const Source& source, Refusal& why);
  // Blocks until no connection is left; false after `patience`.
  bool wait_empty(std::chrono::milliseconds patience);

 private:
  struct Hash {
    std::size_t operator()(const Source& source) const;
  };

  void leave(const Source& source);

  const std::size_t total_max_;
  const std::size_t per_source_max_;
  std::mutex mutex_;
  std::condition_variable empty_;
  std::size_t total_ = 0;                                  // guarded by mutex_
  std::unordered_map<Source, std::size_t, Hash> sources_;  // guarded by mutex_
};

class Core : public std::enable_shared_from_this<Core> {
 public:
  struct Parts {
    Executor executor;
    Handler& handler;
    const Clock& clock;
    const Limits& limits;  // copied
    Rng* rng;              // as Server::Parts
  };

  explicit Core(const Parts& parts);

  const Executor executor;
  Handler& handler;
  const Clock& clock;
  const Limits limits;
  Rng* const rng;
  Counters counters;
  TimerWheel wheel;
  HandshakeQueue handshakes;
  std::size_t in_flight = 0;
  bool draining = false;

  // For bytes that are consumed before the next suspension of whoever filled them.
  std::span<std::uint8_t> input() { return *input_; }
  std::string& output() {
    output_.clear();
    return output_;
  }

  // The current second as an HTTP date.
  std::string_view http_date();

  void add(Connection& connection);
  void remove(Connection& connection);
  // Asks every connection to end in good order, or ends it.
  void drain_all();
  void cut_all();

 private:
  static constexpr std::size_t kInputBytes = 32 * 1024;

  void tick();
  // The connections now; each kept alive while it is told something that may end it.
  std::vector<std::shared_ptr<Connection>> snapshot() const;

  std::vector<Connection*> connections_;
  std::unique_ptr<std::array<std::uint8_t, kInputBytes>> input_;
  std::string output_;
  std::int64_t date_second_ = -1;
  std::string date_;
  bool ticking_ = false;
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
      tick_timer_;
};

// A request inside the Handler, counted while it lives.
class InFlight {
 public:
  explicit InFlight(Core& core) : core_(core) {
    ++core_.in_flight;
    Counters::add(core_.counters.requests);
    Counters::add(core_.counters.in_flight);
  }
  ~InFlight() {
    --core_.in_flight;
    Counters::subtract(core_.counters.in_flight);
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  Core& core_;
};

}  // namespace berth::net
