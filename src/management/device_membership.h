// Devices made by hand that are members of a group with a product secret: they get the group's
// beginnings and their name goes on its roster.
//
// Room management. Thread rule: as use_cases.h; `put` outlives the Task.
#pragma once

#include "management/call.h"

#include <string>

namespace berth::management {

// Makes the new record, whose hub and scope are set, that of the member `name` of the group.
// kInvalid: the group has no roster, issues certificates (nobody can make those by hand), or does
// not use the hub; kConflict: the member is disabled; kNotFound.
Task<Result<void>> join_group(const Call& call, PutDevice& put, std::string group,
                              std::string name);

}  // namespace berth::management
