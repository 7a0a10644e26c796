// The certificates of a scope: its CAs, what is revoked, and what was issued to devices; operators
// change and list them through catalog_put.h and the list_* here.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again. A CA is found
// without case: `name_key` is the lower-case form of its name. Certificates are found by SHA-256,
// as hex digits. Functions that note "one statement" may run outside a transaction (Lane::kRead);
// the others need one.
// Thread rule: the thread of the connection.
#pragma once

#include "domain/operations.h"
#include "store/sql/connection.h"

#include <optional>
#include <string>
#include <vector>

namespace berth::store::sql {

// One statement; ordered by name, at most kCaCertificatesMax.
Result<std::vector<domain::CaCertificate>> read_authorities(Connection& connection,
                                                            const domain::ScopeId& scope);
// One statement; the same, those that are verified.
Result<std::vector<domain::CaCertificate>> read_verified_authorities(Connection& connection,
                                                                     const domain::ScopeId& scope);
// One statement; of all scopes, those of `first` before the others.
Result<std::vector<domain::CaCertificate>> read_all_authorities(Connection& connection,
                                                                const domain::ScopeId& first,
                                                                std::size_t count_max);

// The first of them that is revoked; one statement for every dozen of them.
Result<std::optional<domain::RevokedCertificate>> find_revoked(
    Connection& connection, const domain::ScopeId& scope,
    const std::vector<base::Bytes>& certificates);

// Lists it; nothing is written if it is listed already.
Result<void> append_issued(Connection& connection, const domain::CertificateRecord& issued);

// One statement; kNotFound.
Result<domain::CaCertificate> get_ca(Connection& connection, const std::string& scope,
                                     const std::string& name);
Result<domain::Listing<domain::CaCertificate>> list_cas(Connection& connection,
                                                        const std::string& scope);
Result<domain::Listing<domain::RevokedCertificate>> list_revoked(Connection& connection,
                                                                 const std::string& scope,
                                                                 const domain::Page& page);
Result<domain::Listing<domain::CertificateRecord>> list_issued(Connection& connection,
                                                               const std::string& scope,
                                                               const std::string& registration_key,
                                                               const domain::Page& page);

}  // namespace berth::store::sql
