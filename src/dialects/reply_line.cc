#include "dialects/reply_line.h"

#include <algorithm>
#include <utility>

namespace berth::dialects {

std::uint32_t ReplyLine::open() {
  if (++last_place_ == 0) ++last_place_;
  waiting_.push_back({last_place_, false, {}});
  return last_place_;
}

void ReplyLine::fill(std::uint32_t place, wire::Actions actions) {
  for (Reply& each : waiting_) {
    if (each.place != place) continue;
    each.ready = true;
    each.actions = std::move(actions);
    return;
  }
}

wire::Actions ReplyLine::take_ready() {
  const auto end =
      std::find_if(waiting_.begin(), waiting_.end(), [](const Reply& each) { return !each.ready; });
  wire::Actions actions;
  for (auto each = waiting_.begin(); each != end; ++each) {
    for (wire::Action& action : each->actions) actions.push_back(std::move(action));
  }
  waiting_.erase(waiting_.begin(), end);
  return actions;
}

std::uint16_t Deliveries::add(std::uint64_t delivery) {
  do {
    ++last_tag_;
  } while (last_tag_ == 0 || find(last_tag_));
  sent_.push_back({last_tag_, delivery});
  return last_tag_;
}

std::optional<std::uint64_t> Deliveries::take(std::uint16_t tag) {
  const std::optional<std::size_t> at = find(tag);
  if (!at) return std::nullopt;
  const std::uint64_t delivery = sent_[*at].delivery;
  sent_.erase(sent_.begin() + static_cast<std::ptrdiff_t>(*at));
  return delivery;
}

std::optional<std::size_t> Deliveries::find(std::uint16_t tag) const {
  for (std::size_t i = 0; i < sent_.size(); ++i) {
    if (sent_[i].tag == tag) return i;
  }
  return std::nullopt;
}

}  // namespace berth::dialects
