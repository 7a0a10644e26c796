#include "store/sql/history.h"

#include "store/sql/bodies.h"
#include "store/sql/paging.h"

#include <fmt/format.h>

#include <charconv>
#include <limits>

namespace berth::store::sql {
namespace {

constexpr Sql kInsertTrail = R"sql(
INSERT INTO trails (id, scope, registration_key, failed, started_at, body)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET failed = excluded.failed, body = excluded.body)sql";
constexpr Sql kInsertAudit = "INSERT INTO audit (at, scope, body) VALUES ($1, $2, $3)";

constexpr Sql kTrail = "SELECT id, scope, started_at, body FROM trails WHERE id = $1";
constexpr Sql kTrails = R"sql(
SELECT id, scope, started_at, body FROM trails
WHERE id < $1 AND ($2 = '' OR scope = $2) ORDER BY id DESC LIMIT $3)sql";
constexpr Sql kFailedTrails = R"sql(
SELECT id, scope, started_at, body FROM trails
WHERE failed = 1 AND id < $1 AND ($2 = '' OR scope = $2) ORDER BY id DESC LIMIT $3)sql";
constexpr Sql kTrailsOfDevice = R"sql(
SELECT id, scope, started_at, body FROM trails
WHERE registration_key = $4 AND id < $1 AND ($2 = '' OR scope = $2) AND failed >= $5
ORDER BY id DESC LIMIT $3)sql";

constexpr Sql kAudit = R"sql(
SELECT sequence, at, scope, body FROM audit
WHERE sequence < $1 ORDER BY sequence DESC LIMIT $2)sql";
constexpr Sql kAuditOfScope = R"sql(
SELECT sequence, at, scope, body FROM audit
WHERE scope = $3 AND sequence < $1 ORDER BY sequence DESC LIMIT $2)sql";

constexpr Sql kSurplus =
    "SELECT id FROM trails WHERE failed = $1 ORDER BY id DESC LIMIT 1 OFFSET $2";
constexpr Sql kDropTrails = R"sql(
DELETE FROM trails WHERE id IN
  (SELECT id FROM trails WHERE failed = $1 AND id <= $2 ORDER BY id LIMIT $3)
RETURNING id)sql";

// Trail ids are hex digits and hyphens, which all sort before it.
constexpr std::string_view kAfterAllTrails = "~";

std::int64_t failed_of(TrailClass which) { return which == TrailClass::kFailed ? 1 : 0; }

// A broken limit or cursor is refused; the text of a filter that cannot be stored finds nothing.
bool can_match(std::string_view text) { return storable(text) == text; }

}  // namespace

Result<void> append_trail(Connection& connection, const domain::Trail& trail) {
  const std::string scope = storable(trail.scope);
  const std::string key = storable(base::ascii_lower(trail.registration_id));
  const TrailClass which = trail.outcome == domain::TrailOutcome::kAssigned ? TrailClass::kAssigned
                                                                            : TrailClass::kFailed;
  Result<bool> done = connection.execute(
      kInsertTrail, {Value(trail.id), Value(scope), Value(key), Value(failed_of(which)),
                     Value(trail.started_at), Value(trail_body(trail))});
  if (!done) return Fail(std::move(done).error());
  return {};
}

Result<void> append_audit(Connection& connection, const domain::AuditRecord& record) {
  const std::string scope = storable(record.scope);
  Result<bool> done =
      connection.execute(kInsertAudit, {Value(record.at), Value(scope), Value(audit_body(record))});
  if (!done) return Fail(std::move(done).error());
  return {};
}

Result<domain::Trail> read_trail_by_id(Connection& connection, const std::string& id) {
  bool found = false;
  if (can_match(id)) {
    BERTH_TRY(Cursor row, connection.run(kTrail, {Value(id)}));
    BERTH_TRY(found, row.next());
    if (found) return trail_row(row);
  }
  return Fail(ErrorKind::kNotFound, fmt::format("there is no trail '{}'", base::printable(id, 64)),
              "old trails are dropped; list those that are kept");
}

Result<domain::Listing<domain::Trail>> list_trails(Connection& connection,
                                                   const domain::ListTrails& query) {
  BERTH_TRY(PageStart page, read_page(query.page));
  if (!can_match(query.scope) || !can_match(query.registration_id)) {
    return domain::Listing<domain::Trail>();
  }
  const std::string before = page.after.empty() ? std::string(kAfterAllTrails) : page.after;
  const std::string key = base::ascii_lower(query.registration_id);
  const Value failed(std::int64_t{query.failed_only ? 1 : 0});
  const auto select = [&]() -> Result<Cursor> {
    if (!key.empty()) {
      return connection.run(kTrailsOfDevice, {Value(before), Value(query.scope), Value(page.fetch),
                                              Value(key), failed});
    }
    if (query.failed_only) {
      return connection.run(kFailedTrails, {Value(before), Value(query.scope), Value(page.fetch)});
    }
    return connection.run(kTrails, {Value(before), Value(query.scope), Value(page.fetch)});
  };
  BERTH_TRY(Cursor rows, select());
  BERTH_TRY(std::vector<domain::Trail> trails, all_rows(rows, trail_row));
  return make_listing(std::move(trails), page, [](const domain::Trail& trail) { return trail.id; });
}

Result<domain::Listing<domain::AuditRecord>> list_audit(Connection& connection,
                                                        const std::string& scope,
                                                        const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  if (!start.after.empty()) {
    const char* end = start.after.data() + start.after.size();
    const auto [stop, error] = std::from_chars(start.after.data(), end, before);
    if (error != std::errc() || stop != end) {
      return Fail(ErrorKind::kInvalid, "the cursor is not one of the audit listing",
                  "start again without a cursor");
    }
  }
  if (!can_match(scope)) return domain::Listing<domain::AuditRecord>();
  const auto select = [&]() -> Result<Cursor> {
    if (scope.empty()) return connection.run(kAudit, {Value(before), Value(start.fetch)});
    return connection.run(kAuditOfScope, {Value(before), Value(start.fetch), Value(scope)});
  };
  BERTH_TRY(Cursor rows, select());
  BERTH_TRY(std::vector<domain::AuditRecord> records, all_rows(rows, audit_row));
  return make_listing(std::move(records), start, [](const domain::AuditRecord& record) {
    return std::to_string(record.sequence);
  });
}

Result<std::optional<std::string>> trails_surplus(Connection& connection, TrailClass which,
                                                  std::size_t count_max) {
  BERTH_TRY(Cursor row,
            connection.run(kSurplus, {Value(failed_of(which)), Value(std::uint64_t{count_max})}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<std::string>();
  return std::optional<std::string>(row.string(0));
}

Result<bool> drop_trails(Connection& connection, TrailClass which, const std::string& newest,
                         std::size_t count_max) {
  return connection.execute(
      kDropTrails, {Value(failed_of(which)), Value(newest), Value(std::uint64_t{count_max})});
}

}  // namespace berth::store::sql
