// What is counted: each case makes its devices first and then runs its phases.
//
// Thread rule: one case at a time.
#pragma once

#include "bench/instructions/counting.h"

#include <span>

namespace berth::bench {

struct Case {
  const char* name;
  Result<void> (*run)(World& world, Counter& counter);
};

std::span<const Case> cases();

}  // namespace berth::bench
