// Where a line of the fleet stands in each of its orders, and the cursor that says so.
//
// Room store/sql. The lines come from four tables that are each read in their own index's order and
// merged; a place therefore says also which of them it is of. Thread rule: plain values.
#pragma once

#include "domain/fleet.h"
#include "store/sql/connection.h"

#include <cstdint>
#include <optional>
#include <string>

namespace berth::store::sql {

enum class FleetSource { kRegistrations, kEnrollments, kMembers, kIdentities };
inline constexpr std::size_t kFleetSources = 4;

struct FleetPlace {
  std::int64_t at = 0;  // Unix microseconds; 0 in the orders by id
  std::string key;      // of a registration or enrollment; group and name; a device's id
  std::string scope;
  FleetSource source = FleetSource::kRegistrations;
  std::string more;  // of an identity its hub
};

class FleetRanking {
 public:
  // `by_scope`: one scope after the other, each in the order.
  FleetRanking(domain::FleetOrder order, bool by_scope) : order_(order), by_scope_(by_scope) {}

  bool by_time() const;
  bool down() const;
  bool by_scope() const { return by_scope_; }
  // Whether `a` comes before `b`.
  bool before(const FleetPlace& a, const FleetPlace& b) const;

  std::string cursor_of(const FleetPlace& last) const;
  // None for the first page; kInvalid when it is a cursor of another order.
  Result<std::optional<FleetPlace>> read_cursor(const domain::Page& page) const;

 private:
  std::string name() const;

  domain::FleetOrder order_;
  bool by_scope_;
};

}  // namespace berth::store::sql
