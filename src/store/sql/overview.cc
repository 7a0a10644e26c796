#include "store/sql/bodies.h"
#include "store/sql/fleet.h"
#include "store/sql/rows.h"

#include <algorithm>
#include <map>

namespace berth::store::sql {
namespace {

using domain::Overview;
using std::chrono::hours;
using std::chrono::seconds;

// Along an index that has all they need.
constexpr Sql kAssigned = R"sql(
SELECT (started_at - $1) / $2, count(*) FROM trails
WHERE started_at >= $1 AND failed = 0 GROUP BY 1)sql";
constexpr Sql kAssignedInScope = R"sql(
SELECT (started_at - $1) / $2, count(*) FROM trails
WHERE started_at >= $1 AND failed = 0 AND scope = $3 GROUP BY 1)sql";
constexpr Sql kFailures = R"sql(
SELECT id, scope, started_at, body FROM trails
WHERE started_at >= $1 AND failed = 1 ORDER BY started_at DESC LIMIT $2)sql";
constexpr Sql kFailuresInScope = R"sql(
SELECT id, scope, started_at, body FROM trails
WHERE started_at >= $1 AND failed = 1 AND scope = $3 ORDER BY started_at DESC LIMIT $2)sql";

constexpr Sql kDevices = R"sql(
SELECT (SELECT count(*) FROM registrations),
       (SELECT count(*) FROM device_connections c JOIN nodes n ON n.name = c.node
                                                              AND n.epoch = c.epoch
        WHERE c.connected = 1))sql";
constexpr Sql kDevicesInScope = R"sql(
SELECT (SELECT count(*) FROM registrations WHERE scope = $1),
       (SELECT count(*) FROM device_connections c
        JOIN nodes n ON n.name = c.node AND n.epoch = c.epoch
        JOIN devices d ON d.hub = c.hub AND d.id = c.device_id AND d.scope = $1
        WHERE c.connected = 1))sql";
// Of all scopes: whoever waits is in the index, with few others.
constexpr Sql kWaiting =
    "SELECT count(*) FROM registrations WHERE approval <> '' AND approval = 'waiting'";
constexpr Sql kWaitingInScope = R"sql(
SELECT count(*) FROM registrations
WHERE scope = $1 AND approval <> '' AND approval = 'waiting')sql";

// Whole hours, the last of which is the current one.
Overview empty_overview(const domain::GetOverview& query, TimePoint now) {
  Overview overview;
  const auto since = std::chrono::floor<hours>(now) - hours(query.hours - 1);
  overview.from = TimePoint(since);
  overview.to = now;
  overview.bucket = hours(1);
  for (std::uint32_t i = 0; i < query.hours; ++i) {
    overview.attempts.push_back({overview.from + hours(i), 0, 0, 0});
  }
  return overview;
}

domain::AttemptsAt* bucket_at(Overview& overview, std::int64_t index) {
  const bool known = index >= 0 && static_cast<std::size_t>(index) < overview.attempts.size();
  return known ? &overview.attempts[static_cast<std::size_t>(index)] : nullptr;
}

Result<void> count_assigned(Connection& connection, const std::string& scope, Overview& overview) {
  const Value from(overview.from);
  const Value width(std::chrono::duration_cast<std::chrono::microseconds>(overview.bucket).count());
  Result<Cursor> rows = scope.empty()
                            ? connection.run(kAssigned, {from, width})
                            : connection.run(kAssignedInScope, {from, width, Value(scope)});
  if (!rows) return Fail(std::move(rows).error());
  while (true) {
    BERTH_TRY(const bool found, rows->next());
    if (!found) return {};
    domain::AttemptsAt* bucket = bucket_at(overview, rows->number(0));
    if (bucket != nullptr) bucket->assigned += rows->count(1);
  }
}

void count_failure(const domain::Trail& trail, Overview& overview,
                   std::map<domain::Reason, std::uint64_t>& reasons) {
  domain::AttemptsAt* bucket =
      bucket_at(overview, (trail.started_at - overview.from) / overview.bucket);
  if (bucket == nullptr) return;
  const bool failed = trail.outcome == domain::TrailOutcome::kFailed;
  (failed ? bucket->failed : bucket->refused) += trail.count;
  reasons[trail.reason] += trail.count;
}

Result<void> count_failures(Connection& connection, const std::string& scope, Overview& overview) {
  const Value from(overview.from);
  const Value most(std::uint64_t{kOverviewFailuresMax});
  Result<Cursor> rows = scope.empty()
                            ? connection.run(kFailures, {from, most})
                            : connection.run(kFailuresInScope, {from, most, Value(scope)});
  if (!rows) return Fail(std::move(rows).error());
  std::map<domain::Reason, std::uint64_t> reasons;
  while (true) {
    BERTH_TRY(const bool found, rows->next());
    if (!found) break;
    BERTH_TRY(const domain::Trail trail, trail_row(*rows));
    count_failure(trail, overview, reasons);
  }
  for (const auto& [reason, count] : reasons) overview.reasons.push_back({reason, count});
  const auto more = [](const auto& a, const auto& b) { return a.count > b.count; };
  std::stable_sort(overview.reasons.begin(), overview.reasons.end(), more);
  return {};
}

Result<void> count_devices(Connection& connection, const std::string& scope, Overview& overview) {
  {
    Result<Cursor> row = scope.empty() ? connection.run(kDevices, {})
                                       : connection.run(kDevicesInScope, {Value(scope)});
    if (!row) return Fail(std::move(row).error());
    BERTH_TRY(const bool found, row->next());
    if (found) overview.device_count = row->count(0);
    if (found) overview.connected_count = row->count(1);
  }
  Result<Cursor> row = scope.empty() ? connection.run(kWaiting, {})
                                     : connection.run(kWaitingInScope, {Value(scope)});
  if (!row) return Fail(std::move(row).error());
  BERTH_TRY(const bool found, row->next());
  if (found) overview.waiting_count = row->count(0);
  return {};
}

}  // namespace

Result<Overview> read_overview(Connection& connection, const domain::GetOverview& query,
                               TimePoint now) {
  Overview overview = empty_overview(query, now);
  if (!can_be_stored(query.scope)) return overview;
  for (const auto count : {count_assigned, count_failures, count_devices}) {
    Result<void> done = count(connection, query.scope, overview);
    if (!done) return Fail(std::move(done).error());
  }
  return overview;
}

}  // namespace berth::store::sql
