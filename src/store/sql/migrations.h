// The schema, as numbered forward-only migrations, and how they are applied.
//
// Room store/sql. Applied at start-up in one transaction under a lock, so that of several servers
// that start at once one migrates and the others find the work done. A database of a newer Berth is
// refused, and so is one that holds tables of somebody else.
// Thread rule: migrate() belongs to the thread of its connection.
#pragma once

#include "store/sql/connection.h"

#include <span>
#include <string_view>

namespace berth::store::sql {

struct Migration {
  std::int64_t number;  // 1, 2, 3, …
  std::string_view name;
  std::string_view script;
};

// All of them, in order. One that has been released is never changed again.
std::span<const Migration> migrations();

// Errors: kConflict (a newer schema, a foreign database), kUnavailable, kInternal.
// `steps` is migrations() but in tests.
Result<void> migrate(Connection& connection, std::span<const Migration> steps = migrations());

// The number of the newest migration that was applied; 0 for an empty database.
Result<std::int64_t> schema_version(Connection& connection);

}  // namespace berth::store::sql
