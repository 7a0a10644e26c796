// The makers of the plans, one for each case; main.cc has the table of them.
//
// Thread rule: plain functions.
#pragma once

#include "bench/fleet/plan.h"

namespace berth::fleet {

Result<std::unique_ptr<Plan>> make_static(const Options& options, const Clock& clock);

}  // namespace berth::fleet
