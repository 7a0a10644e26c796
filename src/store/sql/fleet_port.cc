#include "store/sql/fleet_port.h"

#include "store/sql/fleet.h"

namespace berth::store::sql {
namespace {

constexpr std::size_t kOverviewsMax = 64;

}  // namespace

Task<Result<domain::Listing<domain::FleetRow>>> FleetPort::find(domain::FindDevices query) {
  return run<domain::Listing<domain::FleetRow>>(
      runner_, Lane::kScan,
      [query = std::move(query)](Connection& c) { return find_devices(c, query); });
}

Task<Result<domain::Overview>> FleetPort::overview(domain::GetOverview query, TimePoint now) {
  const Asked asked{query.scope, query.hours};
  {
    const std::lock_guard lock(mutex_);
    const auto found = kept_.find(asked);
    const bool fresh = found != kept_.end() && found->second.to <= now &&
                       now - found->second.to < kOverviewKeptFor;
    if (fresh) co_return found->second;
  }
  const auto work = [query = std::move(query), now](Connection& c) {
    return read_overview(c, query, now);
  };
  Result<domain::Overview> seen = co_await run<domain::Overview>(runner_, Lane::kScan, work);
  if (!seen) co_return seen;
  const std::lock_guard lock(mutex_);
  if (kept_.size() >= kOverviewsMax) kept_.clear();
  kept_.insert_or_assign(asked, *seen);
  co_return seen;
}

}  // namespace berth::store::sql
