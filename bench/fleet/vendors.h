// The cases `tencent` and `cloudplugs`: how devices without TLS get in, each over a TCP connection
// of its own.
//
// Thread rule: plain functions.
#pragma once

#include "bench/fleet/plan.h"

namespace berth::fleet {

// --to berth (as when left out) checks the answers; --to nginx sends the same bytes and wants 204.

// --product, --product-secret-file, --prefix: names are the prefix and a number. Registration of
// the first generation (tencent.md §2).
Result<std::unique_ptr<Plan>> make_tencent(const Options& options, const Clock& clock);

// --model, --secret-file, --prefix: serial numbers are the prefix and a number, and their enrol
// passwords are derived from the template's secret (cloudplugs.md §4.1).
Result<std::unique_ptr<Plan>> make_cloudplugs(const Options& options, const Clock& clock);

}  // namespace berth::fleet
