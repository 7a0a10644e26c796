// What tokens and operators share: sessions are tokens, and end with what their operator was.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again. All that makes
// or ends sessions takes the same turn, so that none is made while its operator changes.
// Thread rule: the thread of the connection.
#pragma once

#include "management/ports/catalog.h"
#include "store/sql/connection.h"

#include <string>

namespace berth::store::sql {

// Until the transaction ends, nobody else makes or ends sessions.
Result<void> lock_operators(Connection& connection);

// What PutToken promises of a session, all but the session itself. kPreconditionFailed, kTooMany.
Result<void> make_way_for_session(Connection& connection, const management::PutToken& put);

}  // namespace berth::store::sql
