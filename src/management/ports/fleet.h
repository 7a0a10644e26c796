// What management needs of the store to show the fleet: reads over several tables, which may take
// long and therefore run on the store's workers. Implemented in store/.
//
// Room management/ports. Errors: kInvalid (a cursor of another order), kUnavailable.
// Thread rule: called from any io_context; the Task completes on the caller's executor.
#pragma once

#include "base/task.h"
#include "domain/fleet.h"

namespace berth::management {

class Fleet {
 public:
  virtual ~Fleet() = default;

  // Enrollments of one device and lines of rosters that nobody has used, registrations, and
  // identities made by hand, in one order. Pages by keyset.
  virtual Task<Result<domain::Listing<domain::FleetRow>>> find(domain::FindDevices query) = 0;
  // Counted from the trails that are kept.
  virtual Task<Result<domain::Overview>> overview(domain::GetOverview query, TimePoint now) = 0;
};

}  // namespace berth::management
