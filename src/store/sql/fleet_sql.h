// The statements that read the fleet: for each of its four tables and each order one that reads
// along an index, from a place on (which may be there), at most so many rows.
//
// Room store/sql. Parameters: $1 scope, $2 how many rows at most, then the place: time (orders by
// time alone), key; members: time, group's key, name; identities: time, id, hub. Thread rule:
// constant data.
#pragma once

#include "store/sql/connection.h"

namespace berth::store::sql {

// The two directions of an order.
struct UpAndDown {
  Sql up;
  Sql down;
};
struct FleetOrders {
  UpAndDown by_id;
  UpAndDown by_time;
};

// registration (rows.h), key, template, approval, enrollment's key; device's body; when its
// connection changed and whether it lives.
extern const FleetOrders kFleetRegistrations;
// The same of those with an approval ($4; by time $5) or, by id alone, a template ($4).
extern const FleetOrders kFleetByApproval;
extern const UpAndDown kFleetByTemplate;
// enrollment (rows.h), key, whether its id is registered.
extern const FleetOrders kFleetEnrollments;
// scope, group's id, name, enabled, created_at, updated_at, group's key, whether it is registered.
extern const FleetOrders kFleetMembers;
// device (rows.h), template; when its connection changed and whether it lives.
extern const FleetOrders kFleetIdentities;

}  // namespace berth::store::sql
