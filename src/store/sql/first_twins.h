// The twin of an identity that is made with properties it reports already. All other twins are
// written by whoever changes them first (domain/twin.h).
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again.
// Thread rule: the thread of the connection.
#pragma once

#include "domain/records.h"
#include "store/sql/connection.h"

namespace berth::store::sql {

// Replaces the one that is there; does nothing for a device that starts with none.
Result<void> put_first_twin(Connection& connection, const domain::Device& device);

}  // namespace berth::store::sql
