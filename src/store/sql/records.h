// The units of work of published records (hub/ports/data_records.h).
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again. Functions that
// note "one statement" may run outside a transaction (Lane::kRead); the others need one.
// Thread rule: the thread of the connection.
#pragma once

#include "hub/ports/data_records.h"
#include "store/sql/connection.h"

#include <optional>
#include <string>
#include <vector>

namespace berth::store::sql {

// kNotFound when a publisher is gone; kConflict when an id is that of another publisher's record.
Result<std::vector<domain::ObjectId>> put_records(Connection& connection,
                                                  const hub::RecordsWrite& write);
// One statement.
Result<std::optional<domain::Record>> find_record(Connection& connection,
                                                  const domain::ScopeId& scope,
                                                  const std::string& id);
Result<std::vector<domain::Record>> select_records(Connection& connection,
                                                   const hub::RecordSelection& selection,
                                                   std::uint64_t offset, std::size_t count_max);
Result<std::uint64_t> remove_records(Connection& connection, const hub::RecordSelection& selection);
Result<std::vector<std::string>> read_channels(Connection& connection,
                                               const hub::RecordSelection& selection,
                                               std::uint64_t offset, std::size_t count_max);
// One statement.
Result<bool> any_record_expired(Connection& connection, TimePoint now);
Result<std::uint64_t> drop_expired_records(Connection& connection, TimePoint now,
                                           std::size_t count_max);

}  // namespace berth::store::sql
