// The units of work of hub/ports/identities.h that change an identity; who controls whom is in
// controls.h, accounts are in accounts.h and guesses.h.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again. Functions that
// note "one statement" may run outside a transaction (Lane::kRead); the others need one.
// Thread rule: the thread of the connection.
#pragma once

#include "hub/ports/identities.h"
#include "store/sql/connection.h"

#include <optional>
#include <vector>

namespace berth::store::sql {

// One statement.
Result<std::optional<hub::Identity>> find_identity(Connection& connection,
                                                   const domain::DeviceId& device);
Result<std::uint64_t> put_identity(Connection& connection, const hub::IdentityWrite& write);
Result<bool> remove_identity(Connection& connection, const hub::IdentityRemoval& removal);
// One statement.
Result<std::vector<domain::HubName>> hubs_of_scope(Connection& connection,
                                                   const domain::ScopeId& scope);

}  // namespace berth::store::sql
