// What TPMs are to answer before they may register: one challenge for each registration id, used
// once, and dropped when it is over (trimmer.h).
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again; each is one
// statement. A challenge is made before there is a registration, so nothing ties the two together
// but the id: whoever removes a registration, or changes the keys that an enrollment names, removes
// the challenge as well.
// Thread rule: the thread of the connection.
#pragma once

#include "domain/records.h"
#include "store/sql/connection.h"

#include <optional>
#include <string>

namespace berth::store::sql {

// Replaces the one of that registration id. kNotFound without the scope.
Result<void> put_challenge(Connection& connection, const domain::TpmChallenge& challenge);
Result<std::optional<domain::TpmChallenge>> read_challenge_of(Connection& connection,
                                                              const std::string& scope,
                                                              const std::string& registration_key);
// False: it was used already, or is gone.
Result<bool> use_challenge(Connection& connection, const domain::ScopeId& scope,
                           const std::string& registration_key);
// Also when there is none.
Result<void> remove_challenge(Connection& connection, const domain::ScopeId& scope,
                              const std::string& registration_key);
// Drops up to `count_max` that are over at `now`, used or not; whether any was left to drop.
Result<bool> drop_challenges(Connection& connection, TimePoint now, std::size_t count_max);

}  // namespace berth::store::sql
