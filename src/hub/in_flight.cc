#include "hub/deliveries.h"

#include <algorithm>
#include <utility>

namespace berth::hub {

InFlight::Window InFlight::window(std::size_t count_max) const {
  const std::lock_guard lock(mutex_);
  if (deliveries_.size() >= count_max) return {taken_up_to_, 0};
  const auto ahead =
      std::count_if(deliveries_.begin(), deliveries_.end(),
                    [this](const Delivery& each) { return each.sequence > taken_up_to_; });
  return {taken_up_to_, count_max - deliveries_.size() + static_cast<std::size_t>(ahead)};
}

std::optional<InFlight::Delivery> InFlight::take(const domain::QueuedMessage& message,
                                                 std::size_t count_max) {
  const std::lock_guard lock(mutex_);
  if (deliveries_.size() >= count_max) return std::nullopt;
  taken_up_to_ = std::max(taken_up_to_, message.sequence);
  const auto same = [&](const auto& each) { return each.sequence == message.sequence; };
  if (std::any_of(deliveries_.begin(), deliveries_.end(), same)) return std::nullopt;
  Delivery delivery;
  delivery.id = ++last_id_;
  delivery.sequence = message.sequence;
  delivery.feedback = message.feedback;
  delivery.message_id = message.message.id;
  const auto abandoned = std::find_if(abandoned_.begin(), abandoned_.end(), same);
  if (abandoned != abandoned_.end()) {
    delivery.count = abandoned->count + 1;
    abandoned_.erase(abandoned);
  }
  deliveries_.push_back(delivery);
  return delivery;
}

std::optional<InFlight::Delivery> InFlight::begin_settling(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  for (Delivery& each : deliveries_) {
    if (each.id != id || each.settling) continue;
    each.settling = true;
    return each;
  }
  return std::nullopt;
}

void InFlight::settled(std::uint64_t id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(deliveries_, [id](const Delivery& each) { return each.id == id; });
}

void InFlight::let_go(const Delivery& delivery) {
  std::erase_if(deliveries_, [&](const Delivery& each) { return each.id == delivery.id; });
  taken_up_to_ = std::min(taken_up_to_, delivery.sequence - 1);
}

void InFlight::take_back(const Delivery& delivery) {
  const std::lock_guard lock(mutex_);
  let_go(delivery);
  if (delivery.count > 1) abandoned_.push_back({delivery.sequence, delivery.count - 1});
}

void InFlight::abandon(const Delivery& delivery) {
  const std::lock_guard lock(mutex_);
  let_go(delivery);
  abandoned_.push_back({delivery.sequence, delivery.count});
}

bool InFlight::drop_sequence(std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  const auto same = [sequence](const auto& each) { return each.sequence == sequence; };
  std::erase_if(abandoned_, same);
  return std::erase_if(deliveries_, same) != 0;
}

std::uint64_t InFlight::highest_sequence() const {
  const std::lock_guard lock(mutex_);
  std::uint64_t highest = 0;
  for (const Delivery& each : deliveries_) highest = std::max(highest, each.sequence);
  return highest;
}

bool InFlight::begin_round() {
  const std::lock_guard lock(mutex_);
  again_ = round_;
  if (round_) return false;
  round_ = true;
  return true;
}

bool InFlight::next_round() {
  const std::lock_guard lock(mutex_);
  round_ = again_;
  return std::exchange(again_, false);
}

void InFlight::break_off() {
  const std::lock_guard lock(mutex_);
  round_ = false;
}

void Unsettled::remember(const DeviceKey& key, std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  if (sequences_.size() >= kDevicesMax) sequences_.erase(sequences_.begin());
  std::uint64_t& kept = sequences_[key];
  kept = std::max(kept, sequence);
}

std::uint64_t Unsettled::take(const DeviceKey& key) {
  const std::lock_guard lock(mutex_);
  const auto found = sequences_.find(key);
  if (found == sequences_.end()) return 0;
  const std::uint64_t sequence = found->second;
  sequences_.erase(found);
  return sequence;
}

}  // namespace berth::hub
