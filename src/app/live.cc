#include "app/live.h"

#include "base/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <type_traits>
#include <utility>

namespace berth::app {
namespace {

// What a happening takes beside the texts that a device chose.
constexpr std::size_t kAlwaysBytes = 512;

domain::Trail without_steps(const domain::Trail& trail) {
  domain::Trail summary;
  summary.id = trail.id;
  summary.started_at = trail.started_at;
  summary.took = trail.took;
  summary.operation = trail.operation;
  summary.scope = trail.scope;
  summary.registration_id = trail.registration_id;
  summary.dialect = trail.dialect;
  summary.transport = trail.transport;
  summary.source = trail.source;
  summary.outcome = trail.outcome;
  summary.reason = trail.reason;
  summary.enrollment = trail.enrollment;
  summary.hub = trail.hub;
  summary.device_id = trail.device_id;
  summary.count = trail.count;
  return summary;
}

}  // namespace

std::size_t size_of(const domain::LiveEvent& event) {
  const auto* stored = std::get_if<domain::StoredEvent>(&event.what);
  return kAlwaysBytes + (stored == nullptr ? 0 : domain::size_of(stored->event.message));
}

Result<std::unique_ptr<LiveFeed::Place>> LiveFeed::follow(domain::Following following,
                                                          std::shared_ptr<Follower> follower) {
  const std::unique_lock lock(mutex_);
  const auto of_one = std::count_if(entries_.begin(), entries_.end(), [&](const auto& each) {
    return each.second.following.who == following.who;
  });
  const bool full = entries_.size() >= limits_.followers_max;
  if (full || static_cast<std::size_t>(of_one) >= limits_.followers_of_one_max) {
    turned_away_.fetch_add(1, std::memory_order_relaxed);
    return Fail(
        ErrorKind::kTooMany,
        full ? fmt::format("{} live streams are open on this server", limits_.followers_max)
             : fmt::format("{} live streams of yours are open", limits_.followers_of_one_max),
        "close some (a page of the console that is open has one), then try again");
  }
  const std::uint64_t number = next_number_++;
  entries_.emplace(number, Entry{std::move(following), std::move(follower)});
  count_.store(entries_.size(), std::memory_order_release);
  return std::make_unique<Place>(*this, number);
}

void LiveFeed::leave(std::uint64_t number) {
  std::shared_ptr<Follower> last;  // let go of outside the lock
  const std::unique_lock lock(mutex_);
  const auto found = entries_.find(number);
  last = std::move(found->second.follower);
  entries_.erase(found);
  count_.store(entries_.size(), std::memory_order_release);
}

// Registration ids are equal without case, device ids with it.
bool LiveFeed::wants(const domain::FollowLive& filter, const About& about) {
  if (!filter.scope.empty() && filter.scope != about.scope) return false;
  if (!filter.hub.empty() && filter.hub != about.hub) return false;
  if (filter.device.empty() || filter.device == about.device) return true;
  return about.registration != nullptr &&
         base::equals_ignoring_case(filter.device, *about.registration);
}

template <class Make>
void LiveFeed::publish(const About& about, Make make) {
  std::shared_ptr<const domain::LiveEvent> event;  // made for the first who wants it
  const std::shared_lock lock(mutex_);
  for (const auto& [number, entry] : entries_) {
    if (!wants(entry.following.filter, about)) continue;
    if (!event) event = std::make_shared<const domain::LiveEvent>(domain::LiveEvent{make()});
    entry.follower->tell(event);
    told_.fetch_add(1, std::memory_order_relaxed);
  }
}

void LiveFeed::attempt_finished(const domain::Trail& trail) {
  if (nobody()) return;
  publish({trail.scope, trail.hub, trail.device_id, &trail.registration_id},
          [&] { return without_steps(trail); });
}

void LiveFeed::connection_changed(const domain::ConnectionNews& news) {
  if (nobody()) return;
  publish({news.scope.text(), news.hub.text(), news.device.text()}, [&] { return news; });
}

void LiveFeed::stored(const hub::LoggedEvent& event) {
  if (nobody()) return;
  publish({event.event.scope.text(), event.event.hub.text(), event.event.device.text()}, [&] {
    return domain::StoredEvent{event.position, event.event};
  });
}

LiveFeed::Stats LiveFeed::stats() const {
  return {count_.load(std::memory_order_relaxed), told_.load(std::memory_order_relaxed),
          too_slow_.load(std::memory_order_relaxed), turned_away_.load(std::memory_order_relaxed)};
}

}  // namespace berth::app
