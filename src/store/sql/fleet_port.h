// The fleet over a runner: reads over several tables, on the runner's workers.
//
// Room store/sql. Thread rule: as the runner's, which outlives the port.
#pragma once

#include "management/ports/fleet.h"
#include "store/sql/runner.h"

namespace berth::store::sql {

class FleetPort final : public management::Fleet {
 public:
  explicit FleetPort(Runner& runner) : runner_(runner) {}

  Task<Result<domain::Listing<domain::FleetRow>>> find(domain::FindDevices query) override;
  Task<Result<domain::Overview>> overview(domain::GetOverview query, TimePoint now) override;

 private:
  Runner& runner_;
};

}  // namespace berth::store::sql
