#include "hub/turns.h"

#include <utility>

namespace berth::hub {

Turns::Turn::Turn(Turn&& other) noexcept
    : turns_(std::exchange(other.turns_, nullptr)),
      key_(std::move(other.key_)),
      place_(other.place_) {}

Turns::Turn::~Turn() {
  if (turns_ != nullptr) turns_->leave(key_, place_);
}

Turns::Turn Turns::line_up(const DeviceKey& key) {
  const std::lock_guard lock(mutex_);
  Line& line = lines_[key];
  Place place;
  place.granted = line.places.empty();
  if (!place.granted) place.waiter = waiting_.make_waiter();
  line.places.push_back(std::move(place));
  return Turn(*this, key, std::prev(line.places.end()));
}

bool Turns::has_turn(const Turn& turn) {
  const std::lock_guard lock(mutex_);
  return turn.place_->granted;
}

void Turns::leave(const DeviceKey& key, std::list<Place>::iterator place) {
  const std::lock_guard lock(mutex_);
  const auto found = lines_.find(key);
  std::list<Place>& places = found->second.places;
  const bool had_turn = place->granted;
  places.erase(place);
  if (places.empty()) {
    lines_.erase(found);
    return;
  }
  if (!had_turn) return;
  places.front().granted = true;
  places.front().waiter->wake();
}

Task<Turns::Turn> Turns::take(DeviceKey key, std::chrono::milliseconds up_to) {
  Turn turn = line_up(key);
  if (has_turn(turn)) co_return turn;
  const std::shared_ptr<Waiter> waiter = turn.place_->waiter;
  co_await waiter->wait(up_to);
  if (has_turn(turn)) co_return turn;
  co_return Turn();
}

}  // namespace berth::hub
