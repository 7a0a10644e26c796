// The units of work of provisioning: what the six steps read, and the one write of an attempt.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again; see
// provisioning/ports/registrations.h for what each promises. Functions that note "one statement"
// may run outside a transaction (Lane::kRead); the others need one.
// Thread rule: the thread of the connection.
#pragma once

#include "provisioning/ports/registrations.h"
#include "store/sql/connection.h"

namespace berth::store::sql {

// One statement; for an individual enrollment of a TPM a second one, which reads its challenge.
Result<std::unique_ptr<provisioning::Dossier>> read_dossier(Connection& connection,
                                                            const std::string& scope,
                                                            const std::string& registration_key);
// One statement.
Result<std::unique_ptr<provisioning::Dossier>> read_member_dossier(Connection& connection,
                                                                   const std::string& group_key,
                                                                   const std::string& member);
Result<provisioning::ScopeSnapshot> read_snapshot(Connection& connection,
                                                  const domain::ScopeId& scope);
Result<domain::Registration> commit_assignment(Connection& connection,
                                               const provisioning::Assignment& assignment);

Result<std::vector<domain::Scope>> read_all_scopes(Connection& connection, std::size_t count_max);
Result<std::vector<domain::Enrollment>> read_individuals_anywhere(
    Connection& connection, const std::string& registration_key, std::size_t count_max);
// `after` is an id in any case; the enrollment with that id is not among them.
Result<std::vector<domain::Enrollment>> read_individuals(Connection& connection,
                                                         const domain::ScopeId& scope,
                                                         const std::string& after,
                                                         std::size_t count_max);
// One statement.
Result<std::vector<domain::Enrollment>> read_product_groups(Connection& connection,
                                                            const std::string& after,
                                                            std::size_t count_max);
// One statement.
Result<std::optional<domain::Device>> read_identity(Connection& connection,
                                                    const domain::HubName& hub,
                                                    const domain::DeviceId& id);
Result<std::vector<domain::Hub>> read_all_hubs(Connection& connection, std::size_t count_max);
Result<std::vector<domain::Device>> read_identities(Connection& connection,
                                                    const domain::HubName& hub,
                                                    const std::string& after,
                                                    std::size_t count_max);

}  // namespace berth::store::sql
