// Turns: changes of one device's twin or session are made one after the other, in the order in
// which they were asked for, so that a device's patches cannot overtake each other and a desired
// change is never announced before an older one. Nothing blocks: who has to wait awaits.
//
// Room hub. Owns an entry for each device whose turn somebody has. Thread rule: any thread; a Turn
// belongs to the coroutine that took it and is given back by its destructor.
#pragma once

#include "base/task.h"
#include "hub/device_key.h"
#include "hub/ports/waiting.h"

#include <chrono>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace berth::hub {

class Turns {
 private:
  struct Place {
    std::shared_ptr<Waiter> waiter;  // none for who did not have to wait
    bool granted = false;
  };
  struct Line {
    std::list<Place> places;  // the first has the turn
  };

 public:
  class Turn {
   public:
    Turn() = default;
    Turn(Turn&& other) noexcept;
    Turn& operator=(Turn&&) = delete;
    Turn(const Turn&) = delete;
    ~Turn();
    // False when it did not come in time.
    explicit operator bool() const { return turns_ != nullptr; }

   private:
    friend class Turns;
    Turn(Turns& turns, DeviceKey key, std::list<Place>::iterator place)
        : turns_(&turns), key_(std::move(key)), place_(place) {}

    Turns* turns_ = nullptr;
    DeviceKey key_;
    std::list<Place>::iterator place_;
  };

  explicit Turns(Waiting& waiting) : waiting_(waiting) {}

  Task<Turn> take(DeviceKey key, std::chrono::milliseconds up_to);

 private:
  Turn line_up(const DeviceKey& key);
  bool has_turn(const Turn& turn);
  void leave(const DeviceKey& key, std::list<Place>::iterator place);

  Waiting& waiting_;
  std::mutex mutex_;
  std::unordered_map<DeviceKey, Line, DeviceKeyHash> lines_;
};

}  // namespace berth::hub
