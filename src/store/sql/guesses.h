// Wrong passwords in a row of members and of accounts: counted, and locked at the last that is
// allowed, in one statement, so that none is lost among many at once.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again. Counting gives
// a record no new version: strangers must not be able to get in the way of operators. While a
// password is locked nothing is counted; a lock that is over starts the count anew.
// Thread rule: the thread of the connection.
#pragma once

#include "provisioning/ports/registrations.h"
#include "store/sql/connection.h"

namespace berth::store::sql {

// kNotFound without the member; kInvalid for a use that members have no password for.
Result<domain::Guesses> guessed_wrong(Connection& connection,
                                      const provisioning::WrongGuess& guess);
// Also when there is nothing to forget.
Result<void> forget_guesses(Connection& connection,
                            const provisioning::Assignment::GuessedMember& member);

struct AccountGuess {
  domain::ScopeId scope;
  std::string email;
  std::uint32_t guesses_max = 0;  // 0: forgets them
  std::chrono::seconds lock_time{0};
  TimePoint at;
};
// kNotFound without the account.
Result<domain::Guesses> account_guessed(Connection& connection, const AccountGuess& guess);

}  // namespace berth::store::sql
