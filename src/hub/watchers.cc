#include "hub/watchers.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace berth::hub {
namespace {

std::vector<std::string> sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

std::vector<std::string> missing_in(const std::vector<std::string>& from,
                                    const std::vector<std::string>& in) {
  std::vector<std::string> missing;
  std::set_difference(from.begin(), from.end(), in.begin(), in.end(), std::back_inserter(missing));
  return missing;
}

}  // namespace

void WatchIndex::add(const std::string& key, const WatchPtr& watch) {
  Shard& in = shard(key);
  const std::lock_guard lock(in.mutex);
  List& list = in.lists[key];
  auto longer = list ? std::make_shared<std::vector<WatchPtr>>(*list)
                     : std::make_shared<std::vector<WatchPtr>>();
  longer->push_back(watch);
  list = std::move(longer);
  in.keys = in.lists.size();
}

void WatchIndex::remove(const std::string& key, const WatchPtr& watch) {
  Shard& in = shard(key);
  const std::lock_guard lock(in.mutex);
  const auto found = in.lists.find(key);
  if (found == in.lists.end()) return;
  auto shorter = std::make_shared<std::vector<WatchPtr>>(*found->second);
  std::erase(*shorter, watch);
  if (shorter->empty()) {
    in.lists.erase(found);
  } else {
    found->second = std::move(shorter);
  }
  in.keys = in.lists.size();
}

WatchIndex::List WatchIndex::find(const std::string& key) const {
  const Shard& in = shard(key);
  if (in.keys == 0) return nullptr;
  const std::lock_guard lock(in.mutex);
  const auto found = in.lists.find(key);
  return found == in.lists.end() ? nullptr : found->second;
}

void Watchers::begin(const WatchPtr& watch, std::vector<std::string> publishers, bool whole_scope) {
  const std::lock_guard lock(mutex_);
  Place& place = places_[watch];
  place = {sorted(std::move(publishers)), whole_scope};
  for (const std::string& each : place.publishers) by_publisher_.add(each, watch);
  if (whole_scope) by_scope_.add(watch->device.scope.text(), watch);
  if (watch->roams()) roaming_.push_back(watch);
}

void Watchers::follow(const WatchPtr& watch, std::vector<std::string> publishers) {
  const std::vector<std::string> wanted = sorted(std::move(publishers));
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(watch);
  if (found == places_.end()) return;
  std::vector<std::string>& present = found->second.publishers;
  for (const std::string& each : missing_in(wanted, present)) by_publisher_.add(each, watch);
  for (const std::string& each : missing_in(present, wanted)) by_publisher_.remove(each, watch);
  present = wanted;
}

void Watchers::end(const WatchPtr& watch) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(watch);
  if (found == places_.end()) return;
  for (const std::string& each : found->second.publishers) by_publisher_.remove(each, watch);
  if (found->second.whole_scope) by_scope_.remove(watch->device.scope.text(), watch);
  places_.erase(found);
}

std::vector<WatchPtr> Watchers::of(const std::string& publisher,
                                   const domain::ScopeId& scope) const {
  std::vector<WatchPtr> watches;
  const WatchIndex::List direct = by_publisher_.find(publisher);
  if (direct) watches = *direct;
  const WatchIndex::List wide = by_scope_.find(scope.text());
  if (!wide) return watches;
  for (const WatchPtr& each : *wide) {
    if (std::find(watches.begin(), watches.end(), each) == watches.end()) watches.push_back(each);
  }
  return watches;
}

std::vector<WatchPtr> Watchers::roaming(std::size_t count_max) {
  std::vector<WatchPtr> watches;
  const std::lock_guard lock(mutex_);
  for (std::size_t left = std::min(count_max, roaming_.size()); left > 0; --left) {
    WatchPtr watch = roaming_.front().lock();
    roaming_.pop_front();
    if (!watch || !places_.contains(watch)) continue;
    roaming_.push_back(watch);
    watches.push_back(std::move(watch));
  }
  return watches;
}

}  // namespace berth::hub
