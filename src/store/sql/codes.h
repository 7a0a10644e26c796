// Credential codes: made, used up once, revoked, and the misses of those who try numbers out.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again; see
// management/ports/codes.h for what each promises. What a code hands out is wiped when it is used,
// revoked or found to be over. Functions that note "one statement" may run outside a transaction
// (Lane::kRead); the others need one.
// Thread rule: the thread of the connection.
#pragma once

#include "management/ports/codes.h"
#include "store/sql/connection.h"

#include <optional>
#include <string>

namespace berth::store::sql {

struct NewCodeRow {
  domain::CredentialCode code;
  domain::AuditRecord audit;
};
Result<std::uint64_t> add_code(Connection& connection, const NewCodeRow& made);
// One statement.
Result<domain::CredentialCode> get_code(Connection& connection, const std::string& id);
Result<domain::Listing<domain::CredentialCode>> list_codes(Connection& connection,
                                                           const std::string& scope,
                                                           const domain::Page& page);
Result<void> revoke_code(Connection& connection, const std::string& id,
                         const domain::AuditRecord& audit);
Result<std::optional<domain::CredentialCode>> take_code(Connection& connection,
                                                        const management::CodeToTake& wanted);
Result<void> redeem_claim(Connection& connection, const management::ClaimToRedeem& claim);

// One statement.
Result<domain::PickupGuard> read_guard(Connection& connection, domain::PickupKind kind);
Result<domain::PickupGuard> count_miss(Connection& connection, domain::PickupKind kind,
                                       TimePoint at);

}  // namespace berth::store::sql
