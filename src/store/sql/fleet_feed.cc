#include "store/sql/fleet_feed.h"

#include "store/sql/fleet_sql.h"

#include <algorithm>
#include <limits>

namespace berth::store::sql {
namespace {

constexpr std::uint64_t kBatchMax = 512;
constexpr std::uint64_t kBatchMin = 8;

// Behind every id: the highest character there is.
constexpr std::string_view kBehindAll = "\xF4\x8F\xBF\xBF";

// Of the groups with rosters at most one begins a text, because none of them begins another; it is
// the last that does not come behind the text.
constexpr Sql kLastGroup =
    "SELECT max(group_key) FROM rosters WHERE scope = $1 AND group_key <= $2";

Sql pick(const UpAndDown& statements, bool down) { return down ? statements.down : statements.up; }

}  // namespace

Result<FleetHead*> FleetFeed::head(Connection& connection, std::size_t count) {
  if (batch_ == 0) batch_ = std::clamp<std::uint64_t>(count, kBatchMin, kBatchMax);
  while (heads_.empty() && !ended_) {
    Result<void> read = fetch(connection);
    if (!read) return Fail(std::move(read).error());
    batch_ = std::min(batch_ * 2, kBatchMax);
  }
  return heads_.empty() ? nullptr : &heads_.front();
}

Result<void> FleetFeed::fetch(Connection& connection) {
  BERTH_TRY(Cursor rows, select(connection));
  return take(std::move(rows));
}

// A statement begins where the last row was, so that row may come again: it is left out.
Result<void> FleetFeed::take(Cursor rows) {
  std::uint64_t count = 0;
  while (true) {
    BERTH_TRY(const bool found, rows.next());
    if (!found) break;
    ++count;
    FleetHead head;
    head.place = place_of(rows);
    if (after_ && !ranking_.before(*after_, head.place)) continue;
    BERTH_TRY(head.row, line_of(rows));
    heads_.push_back(std::move(head));
  }
  ended_ = count < batch_;
  if (!heads_.empty()) after_ = heads_.back().place;
  return {};
}

std::string FleetFeed::key() const {
  if (after_) return after_->key;
  return ranking_.down() ? std::string(kBehindAll) : std::string();
}

std::string FleetFeed::hub() const {
  if (after_ && after_->source == FleetSource::kIdentities) return after_->more;
  return ranking_.down() ? std::string(kBehindAll) : std::string();
}

std::int64_t FleetFeed::time() const {
  if (after_) return after_->at;
  return ranking_.down() ? std::numeric_limits<std::int64_t>::max()
                         : std::numeric_limits<std::int64_t>::min();
}

Result<Cursor> FleetFeed::select_registrations(Connection& connection) const {
  const bool down = ranking_.down();
  const Value scope(scope_);
  const Value count(batch_);
  const std::string from = key();
  const std::optional<domain::FleetStatus> approval = filter_.approval();
  if (approval) {
    const std::string word(to_string(*approval));
    if (ranking_.by_time()) {
      return connection.run(pick(kFleetByApproval.by_time, down),
                            {scope, count, Value(time()), Value(from), Value(word)});
    }
    return connection.run(pick(kFleetByApproval.by_id, down),
                          {scope, count, Value(from), Value(word)});
  }
  if (ranking_.by_time()) {
    return connection.run(pick(kFleetRegistrations.by_time, down),
                          {scope, count, Value(time()), Value(from)});
  }
  if (!filter_.template_id().empty()) {
    return connection.run(pick(kFleetByTemplate, down),
                          {scope, count, Value(from), Value(filter_.template_id())});
  }
  return connection.run(pick(kFleetRegistrations.by_id, down), {scope, count, Value(from)});
}

// A member's key is its group's and its name, joined: where a text that is any key divides them.
Result<FleetFeed::MemberPlace> FleetFeed::member_place(Connection& connection) const {
  MemberPlace place{key(), ""};
  BERTH_TRY(Cursor row, connection.run(kLastGroup, {Value(scope_), Value(place.group)}));
  BERTH_TRY(const bool found, row.next());
  if (!found || row.is_null(0)) return place;
  const std::string group = row.string(0);
  if (!place.group.starts_with(group)) return place;
  place.name = place.group.substr(group.size());
  place.group = group;
  return place;
}

Result<Cursor> FleetFeed::select_members(Connection& connection) const {
  BERTH_TRY(const MemberPlace place, member_place(connection));
  const bool down = ranking_.down();
  const Value scope(scope_);
  const Value count(batch_);
  if (ranking_.by_time()) {
    return connection.run(pick(kFleetMembers.by_time, down),
                          {scope, count, Value(time()), Value(place.group), Value(place.name)});
  }
  return connection.run(pick(kFleetMembers.by_id, down),
                        {scope, count, Value(place.group), Value(place.name)});
}

Result<Cursor> FleetFeed::select(Connection& connection) const {
  const bool down = ranking_.down();
  const Value scope(scope_);
  const Value count(batch_);
  const std::string from = key();
  const std::string at_hub = hub();
  switch (source_) {
    case FleetSource::kRegistrations:
      return select_registrations(connection);
    case FleetSource::kEnrollments:
      if (ranking_.by_time()) {
        return connection.run(pick(kFleetEnrollments.by_time, down),
                              {scope, count, Value(time()), Value(from)});
      }
      return connection.run(pick(kFleetEnrollments.by_id, down), {scope, count, Value(from)});
    case FleetSource::kMembers:
      return select_members(connection);
    case FleetSource::kIdentities:
      break;
  }
  if (ranking_.by_time()) {
    return connection.run(pick(kFleetIdentities.by_time, down),
                          {scope, count, Value(time()), Value(from), Value(at_hub)});
  }
  return connection.run(pick(kFleetIdentities.by_id, down),
                        {scope, count, Value(from), Value(at_hub)});
}

FleetPlace FleetFeed::place_of(const Cursor& row) const {
  FleetPlace place;
  place.scope = scope_;
  place.source = source_;
  int updated_at = 5;
  switch (source_) {
    case FleetSource::kRegistrations:
      place.key = row.string(9);
      updated_at = 7;
      break;
    case FleetSource::kEnrollments:
      place.key = row.string(7);
      break;
    case FleetSource::kMembers:
      place.key = row.string(6) + row.string(2);
      break;
    case FleetSource::kIdentities:
      place.key = row.string(1);
      place.more = row.string(0);
      break;
  }
  if (ranking_.by_time()) place.at = row.number(updated_at);
  return place;
}

Result<std::optional<domain::FleetRow>> FleetFeed::line_of(const Cursor& row) const {
  switch (source_) {
    case FleetSource::kRegistrations:
      return filter_.registration(row);
    case FleetSource::kEnrollments:
      return filter_.enrollment(row);
    case FleetSource::kMembers:
      return filter_.member(row);
    case FleetSource::kIdentities:
      break;
  }
  return filter_.identity(row);
}

}  // namespace berth::store::sql
