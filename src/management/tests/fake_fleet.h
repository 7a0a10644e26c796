// A fleet that answers with what it was given and remembers what it was asked.
//
// Room management, tests. Thread rule: one thread.
#pragma once

#include "management/ports/fleet.h"

#include <vector>

namespace berth::management::testing {

class FakeFleet final : public Fleet {
 public:
  domain::Listing<domain::FleetRow> rows;
  domain::Overview seen;
  std::vector<domain::FindDevices> finds;
  std::vector<domain::GetOverview> overviews;

  Task<Result<domain::Listing<domain::FleetRow>>> find(domain::FindDevices query) override {
    finds.push_back(std::move(query));
    co_return rows;
  }
  Task<Result<domain::Overview>> overview(domain::GetOverview query, TimePoint now) override {
    overviews.push_back(std::move(query));
    domain::Overview answer = seen;
    answer.to = now;
    co_return answer;
  }
};

}  // namespace berth::management::testing
