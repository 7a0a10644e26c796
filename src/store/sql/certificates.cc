// The CAs of scopes.
#include "store/sql/certificates.h"

#include "base/codec.h"
#include "store/sql/catalog_put.h"
#include "store/sql/certificate_bodies.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

using domain::CaCertificate;

constexpr Sql kScopeExists = "SELECT 1 FROM scopes WHERE id = $1";
constexpr Sql kVersion = "SELECT version FROM ca_certificates WHERE scope = $1 AND name_key = $2";
constexpr Sql kInsert = R"sql(
INSERT INTO ca_certificates (scope, name_key, name, verified, version, created_at, updated_at, body)
SELECT $1, $2, $3, $4, 1, $5, $6, $7
WHERE (SELECT count(*) FROM ca_certificates WHERE scope = $1) < $8
ON CONFLICT (scope, name_key) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdate = R"sql(
UPDATE ca_certificates SET verified = $3, version = version + 1, updated_at = $4, body = $5
WHERE scope = $1 AND name_key = $2 AND version = $6 RETURNING version)sql";
constexpr Sql kRemove = R"sql(
DELETE FROM ca_certificates WHERE scope = $1 AND name_key = $2 AND version = $3
RETURNING version)sql";
constexpr Sql kGet = R"sql(
SELECT scope, name, verified, version, created_at, updated_at, body FROM ca_certificates
WHERE scope = $1 AND name_key = $2)sql";
constexpr Sql kOfScope = R"sql(
SELECT scope, name, verified, version, created_at, updated_at, body FROM ca_certificates
WHERE scope = $1 AND verified >= $2 ORDER BY name_key LIMIT $3)sql";
constexpr Sql kOfAll = R"sql(
SELECT scope, name, verified, version, created_at, updated_at, body FROM ca_certificates
ORDER BY CASE WHEN scope = $1 THEN 0 ELSE 1 END, scope, name_key LIMIT $2)sql";

Subject ca_subject(const std::string& name) { return Subject{"CA certificate", name}; }

Result<CaCertificate> ca_row(const Cursor& row, int at) {
  CaCertificate ca;
  ca.scope = domain::ScopeId::trusted(row.string(at));
  ca.name = row.string(at + 1);
  ca.verified = row.number(at + 2) != 0;
  ca.version = row.count(at + 3);
  ca.created_at = row.time(at + 4);
  ca.updated_at = row.time(at + 5);
  return read_ca(row.text(at + 6), std::move(ca));
}

std::int64_t verified_of(const CaCertificate& ca) { return ca.verified ? 1 : 0; }

Result<std::vector<CaCertificate>> read_cas(Connection& connection, const std::string& scope,
                                            std::int64_t verified_min) {
  BERTH_TRY(Cursor rows,
            connection.run(kOfScope, {Value(scope), Value(verified_min),
                                      Value(std::uint64_t{domain::kCaCertificatesMax})}));
  return all_rows(rows, ca_row);
}

// False: somebody has made it at the same time.
Result<bool> insert_ca(Connection& connection, const CaCertificate& ca) {
  const std::string& scope = ca.scope.text();
  const std::string key = base::ascii_lower(ca.name);
  BERTH_TRY(
      const bool inserted,
      connection.execute(kInsert, {Value(scope), Value(key), Value(ca.name), Value(verified_of(ca)),
                                   Value(ca.created_at), Value(ca.updated_at), Value(ca_body(ca)),
                                   Value(std::uint64_t{domain::kCaCertificatesMax})}));
  if (inserted) return true;
  BERTH_TRY(const bool there, connection.execute(kVersion, {Value(scope), Value(key)}));
  if (there) return false;
  return Fail(
      ErrorKind::kTooMany,
      fmt::format("scope '{}' has {} CA certificates already", scope, domain::kCaCertificatesMax),
      "delete CA certificates that are not needed");
}

// Every change of a CA alters the snapshot of its scope.
Result<std::uint64_t> with_bump(Connection& connection, const std::string& scope,
                                Result<std::uint64_t> version) {
  if (!version) return version;
  const Result<void> bumped = bump_scope(connection, scope);
  if (!bumped) return Fail(bumped.error());
  return version;
}

}  // namespace

// The first spelling of the name stays. Those who change the CAs of one scope take turns, so that
// its bound holds.
Result<std::uint64_t> apply(Connection& connection, const management::PutCa& put,
                            const Expectation& expectation) {
  const CaCertificate& ca = put.record;
  const std::string& scope = ca.scope.text();
  const std::string key = base::ascii_lower(ca.name);
  const Result<void> turn = connection.lock("authorities/" + scope);
  if (!turn) return Fail(turn.error());
  const Result<void> scope_there =
      must_be_there(connection.execute(kScopeExists, {Value(scope)}), Subject{"scope", scope});
  if (!scope_there) return Fail(scope_there.error());
  const auto read = [&] {
    return read_version(connection.run(kVersion, {Value(scope), Value(key)}));
  };
  const auto insert = [&] { return insert_ca(connection, ca); };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(kUpdate, {Value(scope), Value(key), Value(verified_of(ca)),
                                        Value(ca.updated_at), Value(ca_body(ca)), Value(version)});
  };
  return with_bump(connection, scope,
                   put_record(expectation, ca_subject(ca.name), read, insert, update));
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveCa& removal,
                            const Expectation& expectation) {
  const std::string& scope = removal.scope.text();
  const std::string key = base::ascii_lower(removal.name);
  const auto read = [&] {
    return read_version(connection.run(kVersion, {Value(scope), Value(key)}));
  };
  const auto remove = [&](std::uint64_t version) {
    return connection.execute(kRemove, {Value(scope), Value(key), Value(version)});
  };
  return with_bump(connection, scope,
                   remove_record(expectation, ca_subject(removal.name), read, remove));
}

Result<std::vector<CaCertificate>> read_authorities(Connection& connection,
                                                    const domain::ScopeId& scope) {
  return read_cas(connection, scope.text(), 0);
}

Result<std::vector<CaCertificate>> read_verified_authorities(Connection& connection,
                                                             const domain::ScopeId& scope) {
  return read_cas(connection, scope.text(), 1);
}

Result<std::vector<CaCertificate>> read_all_authorities(Connection& connection,
                                                        const domain::ScopeId& first,
                                                        std::size_t count_max) {
  BERTH_TRY(Cursor rows,
            connection.run(kOfAll, {Value(first.text()), Value(std::uint64_t{count_max})}));
  return all_rows(rows, ca_row);
}

Result<CaCertificate> get_ca(Connection& connection, const std::string& scope,
                             const std::string& name) {
  BERTH_TRY(Cursor row, connection.run(kGet, {Value(scope), Value(base::ascii_lower(name))}));
  BERTH_TRY(const bool found, row.next());
  if (found) return ca_row(row, 0);
  return Fail(ErrorKind::kNotFound, "there is no " + ca_subject(name).text(),
              "list the CA certificates there are");
}

Result<domain::Listing<CaCertificate>> list_cas(Connection& connection, const std::string& scope) {
  domain::Listing<CaCertificate> listing;
  BERTH_TRY(listing.items, read_cas(connection, scope, 0));
  return listing;
}

}  // namespace berth::store::sql
