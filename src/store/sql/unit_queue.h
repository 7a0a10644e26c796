// Units that wait for a thread of the store: bounded, handed out in groups, lazy ones on the side.
//
// Room store/sql. A group is what has gathered while the thread was busy, so groups grow with the
// load by themselves. A thread that commits alone may also wait a moment for more to gather while
// work keeps coming (Bounds::gather_slices_max): a commit costs nearly the same for one and for
// ten, and whoever waits for it is a device that asks again in a second. Lazy units leave with the
// next group, or alone after kLazyDelay, or at once when kLazyRush of them wait.
// Thread rule: any thread.
#pragma once

#include "store/sql/counters.h"
#include "store/sql/runner.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <vector>

namespace berth::store::sql {

struct Queued {
  std::unique_ptr<Unit> unit;
  Lane lane;
  Instant since;  // when it began to wait
};
using Units = std::vector<Queued>;

// Ends every unit with that outcome.
void finish_all(Units& units, const Result<void>& outcome);

class UnitQueue {
 public:
  static constexpr std::chrono::milliseconds kLazyDelay{800};  // within the second that is promised
  static constexpr std::size_t kLazyRush = 128;
  // A wait for more goes on for as long as each slice of it brings some.
  static constexpr std::chrono::milliseconds kGatherSlice{2};

  struct Bounds {
    std::size_t units_max;
    std::size_t lazies_max;
    // Threads that share the queue: a group is at most its share of what waits, so that all work.
    std::size_t threads = 1;
    // How many slices a group waits for more at most; 0: it goes at once.
    std::size_t gather_slices_max = 0;
  };
  struct Group {
    Units units;
    Units lazies;
    bool last = false;  // closed and empty: nothing will come any more
  };

  UnitQueue(Bounds bounds, const Clock& clock, Counters& counters)
      : bounds_(bounds), clock_(clock), counters_(counters) {}

  // Takes the unit; one that finds no room is finished with kUnavailable, and counted.
  void push(Lane lane, std::unique_ptr<Unit> unit);
  // Waits for work. A unit of Lane::kWriteAlone is a group by itself.
  Group pop(std::size_t group_max);
  // Ends the units that have waited longer than that with `error`.
  void expire(std::chrono::nanoseconds age_max, const Error& error);
  // Waits until the queue is closed, or that long; whether it is closed.
  bool wait_closed(std::chrono::milliseconds time);
  void close();

 private:
  bool has_room(Lane lane) const;
  void await_work(std::unique_lock<std::mutex>& lock);
  bool lazies_are_due() const;
  void gather(std::unique_lock<std::mutex>& lock, std::size_t group_max);

  const Bounds bounds_;
  const Clock& clock_;
  Counters& counters_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable closing_;
  std::deque<Queued> units_;
  std::deque<Queued> lazies_;
  bool closed_ = false;
  bool crowded_ = false;  // the last group was of more than one unit
};

}  // namespace berth::store::sql
