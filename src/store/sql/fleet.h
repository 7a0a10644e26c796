// The fleet, read over several tables; and what happened lately.
//
// Room store/sql. Thread rule: the thread of the connection.
#pragma once

#include "domain/fleet.h"
#include "store/sql/connection.h"

namespace berth::store::sql {

// Rows that one request looks at. With a filter that few pass, a page may be short or empty though
// it is not the last.
inline constexpr std::size_t kFleetLookedAtMax = 20'000;
// Scopes that are merged into one order; beyond it they come one after the other.
inline constexpr std::size_t kFleetScopesMerged = 64;

Result<domain::Listing<domain::FleetRow>> find_devices(Connection& connection,
                                                       const domain::FindDevices& query);

// overview.cc. Refused and failed attempts whose reasons are counted: the newest.
inline constexpr std::size_t kOverviewFailuresMax = 20'000;
Result<domain::Overview> read_overview(Connection& connection, const domain::GetOverview& query,
                                       TimePoint now);

}  // namespace berth::store::sql
