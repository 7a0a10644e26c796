// Trails and audit: appended, listed newest first, and (trails only) dropped when there are too
// many.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again.
// Thread rule: the thread of the connection.
#pragma once

#include "domain/operations.h"
#include "store/sql/connection.h"

#include <optional>

namespace berth::store::sql {

// A trail that exists already is replaced: its count may have grown.
Result<void> append_trail(Connection& connection, const domain::Trail& trail);
Result<void> append_audit(Connection& connection, const domain::AuditRecord& record);

// One statement.
Result<domain::Trail> read_trail_by_id(Connection& connection, const std::string& id);
Result<domain::Listing<domain::Trail>> list_trails(Connection& connection,
                                                   const domain::ListTrails& query);
Result<domain::Listing<domain::AuditRecord>> list_audit(Connection& connection,
                                                        const std::string& scope,
                                                        const domain::Page& page);

enum class TrailClass { kAssigned, kFailed };  // kFailed: everything that is not assigned

// The newest id of that class that is one too many; none if there are at most `count_max`.
Result<std::optional<std::string>> trails_surplus(Connection& connection, TrailClass which,
                                                  std::size_t count_max);
// Drops up to `count_max` of the oldest trails of that class up to `newest`; whether any was left
// to drop.
Result<bool> drop_trails(Connection& connection, TrailClass which, const std::string& newest,
                         std::size_t count_max);

}  // namespace berth::store::sql
