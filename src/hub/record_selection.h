// What a filter selects for a caller: whose records it may touch, and the times it speaks of.
//
// Room hub. Thread rule: any io_context; shares the Core. `caller` is kept by whoever awaits.
#pragma once

#include "base/task.h"
#include "domain/data.h"
#include "hub/callers.h"
#include "hub/ports/data_records.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::hub {

struct Core;

// Publishers whose records `caller` may read or write; none: all of its scope.
Task<Result<std::optional<std::vector<std::string>>, Rejection>> reachable(
    std::shared_ptr<Core> core, const Caller& caller, Access access);

// Rejections: kRequestInvalid, kNotPermitted (a publisher that it names).
Task<Result<RecordSelection, Rejection>> select_records(std::shared_ptr<Core> core,
                                                        const Caller& caller,
                                                        domain::RecordFilter filter, Access access);

}  // namespace berth::hub
