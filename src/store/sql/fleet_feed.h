// One of the fleet's tables in one scope, line after line in an order: read in batches along its
// index, and handed out one by one.
//
// Room store/sql. Thread rule: the thread of the connection. The filter and ranking outlive it.
#pragma once

#include "store/sql/fleet_filter.h"
#include "store/sql/fleet_place.h"

#include <deque>
#include <optional>
#include <string>

namespace berth::store::sql {

struct FleetHead {
  FleetPlace place;
  std::optional<domain::FleetRow> row;  // none: it is not to be shown
};

class FleetFeed {
 public:
  // Begins behind `after`, of whatever table that is.
  FleetFeed(FleetSource source, std::string scope, const FleetFilter& filter,
            const FleetRanking& ranking, std::optional<FleetPlace> after)
      : source_(source),
        scope_(std::move(scope)),
        filter_(filter),
        ranking_(ranking),
        after_(std::move(after)) {}

  // The next line; null at the end. Reads when it has to, at first `count` rows.
  Result<FleetHead*> head(Connection& connection, std::size_t count);
  void pop() { heads_.pop_front(); }

 private:
  struct MemberPlace {
    std::string group;
    std::string name;
  };
  Result<void> fetch(Connection& connection);
  Result<void> take(Cursor rows);
  Result<Cursor> select(Connection& connection) const;
  Result<Cursor> select_registrations(Connection& connection) const;
  Result<Cursor> select_members(Connection& connection) const;
  Result<MemberPlace> member_place(Connection& connection) const;
  FleetPlace place_of(const Cursor& row) const;
  Result<std::optional<domain::FleetRow>> line_of(const Cursor& row) const;
  std::string key() const;
  std::string hub() const;
  std::int64_t time() const;

  const FleetSource source_;
  const std::string scope_;
  const FleetFilter& filter_;
  const FleetRanking& ranking_;
  std::optional<FleetPlace> after_;  // none: from the beginning
  std::deque<FleetHead> heads_;
  std::uint64_t batch_ = 0;
  bool ended_ = false;
};

}  // namespace berth::store::sql
