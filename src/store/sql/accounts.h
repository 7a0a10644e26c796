// The accounts of scopes, as hubs look them up; operators see them through catalog_rows.h.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again; each is one
// statement. An address is found without case: `key` is its lower-case form.
// Thread rule: the thread of the connection.
#pragma once

#include "domain/records.h"
#include "store/sql/connection.h"

#include <optional>
#include <string>
#include <vector>

namespace berth::store::sql {

// Wherever it is.
Result<std::optional<domain::Account>> find_account(Connection& connection,
                                                    const std::string& email);
// Ordered by key; at most kAccountsMax.
Result<std::vector<domain::Account>> read_accounts(Connection& connection,
                                                   const domain::ScopeId& scope);

}  // namespace berth::store::sql
