// The fleet over a runner: reads over several tables, on the runner's workers. An overview is kept
// for a few seconds, because each page of a console asks for the same one.
//
// Room store/sql. Thread rule: as the runner's, which outlives the port.
#pragma once

#include "management/ports/fleet.h"
#include "store/sql/runner.h"

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace berth::store::sql {

inline constexpr std::chrono::seconds kOverviewKeptFor{2};

class FleetPort final : public management::Fleet {
 public:
  explicit FleetPort(Runner& runner) : runner_(runner) {}

  Task<Result<domain::Listing<domain::FleetRow>>> find(domain::FindDevices query) override;
  Task<Result<domain::Overview>> overview(domain::GetOverview query, TimePoint now) override;

 private:
  using Asked = std::pair<std::string, std::uint32_t>;  // scope, hours

  Runner& runner_;
  std::mutex mutex_;
  std::map<Asked, domain::Overview> kept_;  // guarded by mutex_; as of Overview::to
};

}  // namespace berth::store::sql
