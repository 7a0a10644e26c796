// Who has records, and how many: a publisher counts its records, so that the oldest can be dropped
// without counting rows.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again. Whoever writes
// or removes records of a publisher has its turn until the transaction ends (lock_publisher), so
// that none are left of one that is gone.
// Thread rule: the thread of the connection.
#pragma once

#include "domain/ids.h"
#include "store/sql/connection.h"

#include <cstdint>
#include <string>

namespace berth::store::sql {

Result<void> lock_publisher(Connection& connection, const domain::ScopeId& scope,
                            const std::string& publisher);

// Under its lock: how many it has now; a removal is a negative addition. kNotFound when no device
// that connects without naming a hub, and no account, of the scope is that publisher.
Result<std::uint64_t> count_published(Connection& connection, const domain::ScopeId& scope,
                                      const std::string& publisher, std::int64_t added);
// Under its lock: how many fewer, of one that may be gone.
Result<void> count_removed(Connection& connection, const domain::ScopeId& scope,
                           const std::string& publisher, std::uint64_t removed);

// Takes its turn, and removes all its records unless a device (or an account) of that name is still
// there: one that has moved, or one that had another's name at another hub.
Result<void> forget_publisher(Connection& connection, const domain::ScopeId& scope,
                              const std::string& publisher);

}  // namespace berth::store::sql
