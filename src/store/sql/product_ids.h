// Ids of groups with members: none is the beginning of another, because a member's id is its
// group's and its own name put together.
//
// Room store/sql. Thread rule: as the connection.
#pragma once

#include "domain/records.h"
#include "store/sql/connection.h"

#include <string>

namespace berth::store::sql {

// kConflict when `key`, the key of a new group with members, begins with that of another one, or is
// the beginning of it. Groups that are there keep their ids. What belongs to another scope is not
// named. Whoever asks holds the lock that all take who make such a group.
Result<void> must_overlap_nobody(Connection& connection, const std::string& key,
                                 const domain::Enrollment& enrollment);

}  // namespace berth::store::sql
