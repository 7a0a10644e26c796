// The units of work of management: one change with its audit record, and the typed reads.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again; see
// management/ports/catalog.h for what each promises. All get_* are one statement (Lane::kRead); the
// rest needs a transaction. get_* fail with kNotFound.
// Thread rule: the thread of the connection.
#pragma once

#include "management/ports/catalog.h"
#include "store/sql/connection.h"

namespace berth::store::sql {

// Bumps the catalog version of every scope whose snapshot the change alters.
Result<std::uint64_t> apply_change(Connection& connection, const management::Change& change);

Result<std::vector<domain::MemberAdding>> add_members(Connection& connection,
                                                      const management::MembersToAdd& members);

Result<domain::Scope> get_scope(Connection& connection, const std::string& id);
Result<domain::Listing<domain::Scope>> list_scopes(Connection& connection,
                                                   const domain::Page& page);
Result<domain::Hub> get_hub(Connection& connection, const std::string& name);
Result<domain::Listing<domain::Hub>> list_hubs(Connection& connection, const domain::Page& page);
Result<domain::HubLink> get_link(Connection& connection, const std::string& scope,
                                 const std::string& hub);
Result<domain::Listing<domain::HubLink>> list_links(Connection& connection,
                                                    const std::string& scope);
Result<domain::Enrollment> get_enrollment(Connection& connection, const std::string& scope,
                                          domain::EnrollmentKind kind, const std::string& key);
Result<domain::Listing<domain::Enrollment>> list_enrollments(Connection& connection,
                                                             const std::string& scope,
                                                             domain::EnrollmentKind kind,
                                                             const domain::Page& page);
Result<domain::MemberView> get_member(Connection& connection, const std::string& scope,
                                      const std::string& group, const std::string& name);
Result<domain::Listing<domain::MemberView>> list_members(Connection& connection,
                                                         const std::string& scope,
                                                         const std::string& group,
                                                         const domain::Page& page);
Result<domain::Registration> get_registration(Connection& connection, const std::string& scope,
                                              const std::string& key);
// Of a group: in the order they were first registered; otherwise by id.
Result<domain::Listing<domain::Registration>> list_registrations(
    Connection& connection, const std::string& scope,
    const std::optional<domain::EnrollmentRef>& enrollment, const domain::Page& page);
Result<domain::Device> get_device(Connection& connection, const std::string& hub,
                                  const std::string& id);
Result<domain::Listing<domain::Device>> list_devices(Connection& connection, const std::string& hub,
                                                     const domain::Page& page);
Result<domain::Account> get_account(Connection& connection, const std::string& scope,
                                    const std::string& email);
Result<domain::Listing<domain::Account>> list_accounts(Connection& connection,
                                                       const std::string& scope);
Result<domain::Operator> get_operator(Connection& connection, const std::string& name);
Result<domain::Listing<domain::Operator>> list_operators(Connection& connection,
                                                         const domain::Page& page);
// Not only a read: it counts (store/sql/guesses.h says how).
Result<domain::Guesses> operator_guessed_wrong(Connection& connection, const std::string& name,
                                               TimePoint at);
Result<domain::Token> get_token(Connection& connection, const std::string& id);
Result<domain::Listing<domain::Token>> list_tokens(Connection& connection,
                                                   const domain::Page& page);
Result<domain::ServerStatus> read_status(Connection& connection);

}  // namespace berth::store::sql
