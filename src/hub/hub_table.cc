#include "hub/hub_table.h"

#include "base/codec.h"
#include "base/log.h"
#include "hub/core.h"

#include <algorithm>
#include <utility>

namespace berth::hub {
namespace {

using Gone = std::vector<domain::HubName>;

// "Hub.Example.:8883" → "hub.example"; the colons of an IPv6 address are no port.
std::string normal_host(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  const bool bracketed = host.starts_with('[') && host.find(']') < colon;
  const bool one_colon = colon != std::string_view::npos && host.find(':') == colon;
  if (one_colon || (bracketed && colon != std::string_view::npos)) host = host.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (host.ends_with('.')) host.remove_suffix(1);
  return base::ascii_lower(host);
}

bool same_policy(const domain::HubPolicy& a, const domain::HubPolicy& b) {
  return a.name == b.name && a.permissions == b.permissions && a.keys.primary == b.keys.primary &&
         a.keys.secondary == b.keys.secondary;
}

bool same_policies(const domain::Hub& a, const domain::Hub& b) {
  return std::equal(a.policies.begin(), a.policies.end(), b.policies.begin(), b.policies.end(),
                    same_policy);
}

// The hub's name was deleted, or deleted and made again.
bool gone(const domain::Hub& before, const domain::Hub* after) {
  return after == nullptr || after->created_at != before.created_at;
}

}  // namespace

HubTable::Entry HubTable::Snapshot::find(const domain::HubName& name) const {
  const auto found = by_name.find(name);
  return found == by_name.end() ? nullptr : found->second;
}

std::vector<HubTable::Entry> HubTable::Snapshot::at_host(std::string_view host) const {
  const auto found = by_host.find(normal_host(host));
  return found == by_host.end() ? std::vector<Entry>() : found->second;
}

std::shared_ptr<const HubTable::Snapshot> HubTable::now() const {
  const std::lock_guard lock(mutex_);
  return snapshot_;
}

void HubTable::install(std::vector<domain::Hub> hubs, std::uint64_t generation) {
  auto snapshot = std::make_shared<Snapshot>();
  for (domain::Hub& each : hubs) {
    domain::HubName name = each.name;
    snapshot->by_name[std::move(name)] = std::make_shared<const domain::Hub>(std::move(each));
  }
  for (const auto& [name, hub] : snapshot->by_name) {
    snapshot->by_host[normal_host(hub->host)].push_back(hub);
  }
  const std::lock_guard lock(mutex_);
  snapshot_ = std::move(snapshot);
  read_ = generation;
}

Task<Result<void>> refresh_hubs(std::shared_ptr<Core> core) {
  if (!core->hubs.stale()) co_return Result<void>();
  // One at a time; no device has this key.
  Turns::Turn turn = co_await core->turns.take(DeviceKey(), kTurnWaitMax);
  if (!turn || !core->hubs.stale()) co_return Result<void>();
  const std::uint64_t generation = core->hubs.generation();
  Result<std::vector<domain::Hub>> hubs = co_await core->ports.store.all_hubs();
  if (!hubs) co_return Fail(std::move(hubs).error());

  const std::shared_ptr<const HubTable::Snapshot> before = core->hubs.now();
  Gone forgotten;
  Gone changed;
  for (const auto& [name, hub] : before->by_name) {
    const auto after = std::find_if(hubs->begin(), hubs->end(),
                                    [&](const domain::Hub& each) { return each.name == name; });
    const bool left = gone(*hub, after == hubs->end() ? nullptr : &*after);
    if (left) forgotten.push_back(name);
    if (left || !same_policies(*hub, *after)) changed.push_back(name);
  }
  // Before a hub of the same name can take new events.
  for (const domain::HubName& each : forgotten) {
    Result<void> done = co_await core->ports.log.forget(each);
    if (!done)
      log::warn("hub.events_not_dropped", {{"hub", each.text()}, {"why", done.error().what}});
  }
  core->hubs.install(*std::move(hubs), generation);
  for (const std::shared_ptr<Connection>& each :
       core->directory.select([&](const Connection& connection) {
         return std::find(changed.begin(), changed.end(), connection.about.key.hub) !=
                changed.end();
       })) {
    core->to_look_at.add(each);
  }
  co_return Result<void>();
}

}  // namespace berth::hub
