// Which devices a DELETE is about: every spelling of its body that clients have (cloudplugs.md
// §4.3, §9.3, §9.5).
//
// Room dialects/cloudplugs. Ids come out in lower case, at most kIdsMax. Thread rule: pure
// functions.
#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace berth::dialects::cloudplugs {

// Devices to un-enrol; none: the body says nothing, which means the caller.
Result<std::vector<std::string>> read_unenrolled(std::string_view body);
// Things to release from control; none: all. An object must name them or be empty: rest-php sends
// the body of an earlier request along.
Result<std::vector<std::string>> read_released(std::string_view body);

}  // namespace berth::dialects::cloudplugs
