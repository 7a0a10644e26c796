// Changes of scopes, hubs and the links between them.
#include "store/sql/bodies.h"
#include "store/sql/catalog_put.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

constexpr Sql kScopeVersion = "SELECT version FROM scopes WHERE id = $1";
constexpr Sql kInsertScope = R"sql(
INSERT INTO scopes (id, catalog_version, version, created_at, updated_at, body)
VALUES ($1, $2, 1, $3, $4, $5) ON CONFLICT (id) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdateScope = R"sql(
UPDATE scopes SET catalog_version = $2, version = version + 1, updated_at = $3, body = $4
WHERE id = $1 AND version = $5 RETURNING version)sql";
constexpr Sql kRemoveScope = "DELETE FROM scopes WHERE id = $1 AND version = $2 RETURNING version";
constexpr Sql kScopeEnrollment = "SELECT id FROM enrollments WHERE scope = $1 LIMIT 1";
constexpr Sql kScopeRegistration = "SELECT id FROM registrations WHERE scope = $1 LIMIT 1";
constexpr Sql kScopeDevice =
    "SELECT id FROM devices WHERE scope = $1 AND registration_key = '' LIMIT 1";
constexpr Sql kRemoveScopeLinks = "DELETE FROM hub_links WHERE scope = $1";
constexpr Sql kRemoveScopeTokens = "DELETE FROM tokens WHERE scope = $1";
constexpr Sql kRemoveScopeAccounts = "DELETE FROM accounts WHERE scope = $1";
constexpr Sql kRemoveScopePublishers = "DELETE FROM data_publishers WHERE scope = $1";
constexpr Sql kRemoveScopeRecords = "DELETE FROM data_records WHERE scope = $1";
constexpr Sql kRemoveScopeCas = "DELETE FROM ca_certificates WHERE scope = $1";
constexpr Sql kRemoveScopeRevoked = "DELETE FROM revoked_certificates WHERE scope = $1";
constexpr Sql kRemoveScopeIssued = "DELETE FROM issued_certificates WHERE scope = $1";
constexpr Sql kRemoveScopeTemplates = "DELETE FROM templates WHERE scope = $1";
constexpr Sql kRemoveScopeCodes = "DELETE FROM codes WHERE scope = $1";
constexpr Sql kRemoveScopeChallenges = "DELETE FROM tpm_challenges WHERE scope = $1";

constexpr Sql kHubVersion = "SELECT version FROM hubs WHERE name = $1";
constexpr Sql kInsertHub = R"sql(
INSERT INTO hubs (name, version, created_at, updated_at, body)
VALUES ($1, 1, $2, $3, $4) ON CONFLICT (name) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdateHub = R"sql(
UPDATE hubs SET version = version + 1, updated_at = $2, body = $3
WHERE name = $1 AND version = $4 RETURNING version)sql";
constexpr Sql kRemoveHub = "DELETE FROM hubs WHERE name = $1 AND version = $2 RETURNING version";
constexpr Sql kHubDevice = "SELECT id FROM devices WHERE hub = $1 LIMIT 1";
constexpr Sql kRemoveHubLinks = "DELETE FROM hub_links WHERE hub = $1";
constexpr Sql kBumpScopesOfHub = R"sql(
UPDATE scopes SET catalog_version = $2
WHERE id IN (SELECT scope FROM hub_links WHERE hub = $1))sql";

constexpr Sql kLinkVersion = "SELECT version FROM hub_links WHERE scope = $1 AND hub = $2";
constexpr Sql kInsertLink = R"sql(
INSERT INTO hub_links (scope, hub, version, body) VALUES ($1, $2, 1, $3)
ON CONFLICT (scope, hub) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdateLink = R"sql(
UPDATE hub_links SET version = version + 1, body = $3
WHERE scope = $1 AND hub = $2 AND version = $4 RETURNING version)sql";
constexpr Sql kRemoveLink =
    "DELETE FROM hub_links WHERE scope = $1 AND hub = $2 AND version = $3 RETURNING version";

Result<void> bump_scopes_of_hub(Connection& connection, const std::string& hub) {
  BERTH_TRY(const std::int64_t version, next_catalog_version(connection));
  Result<bool> bumped = connection.execute(kBumpScopesOfHub, {Value(hub), Value(version)});
  if (!bumped) return Fail(std::move(bumped).error());
  return {};
}

// kConflict when the statement finds an id that uses `subject`.
Result<void> must_be_unused(Result<Cursor> user, const Subject& subject, std::string_view by) {
  if (!user) return Fail(std::move(user).error());
  BERTH_TRY(const bool found, user->next());
  if (!found) return {};
  return Fail(ErrorKind::kConflict,
              fmt::format("{} still has {}s, among them '{}'", subject.text(), by, user->text(0)),
              fmt::format("delete the {}s first", by));
}

// There need not be any of it.
Result<void> remove_what_goes_along(Connection& connection, const std::string& scope) {
  for (const Sql& statement :
       {kRemoveScopeLinks, kRemoveScopeTokens, kRemoveScopeAccounts, kRemoveScopePublishers,
        kRemoveScopeRecords, kRemoveScopeCas, kRemoveScopeRevoked, kRemoveScopeIssued,
        kRemoveScopeChallenges, kRemoveScopeTemplates, kRemoveScopeCodes}) {
    Result<bool> removed = connection.execute(statement, {Value(scope)});
    if (!removed) return Fail(std::move(removed).error());
  }
  return {};
}

}  // namespace

Result<std::uint64_t> apply(Connection& connection, const management::PutScope& put,
                            const Expectation& expectation) {
  const domain::Scope& scope = put.record;
  const std::string body = scope_body(scope);
  BERTH_TRY(const std::int64_t catalog_version, next_catalog_version(connection));
  const auto read = [&] {
    return read_version(connection.run(kScopeVersion, {Value(scope.id.text())}));
  };
  const auto insert = [&] {
    return connection.execute(
        kInsertScope, {Value(scope.id.text()), Value(catalog_version), Value(scope.created_at),
                       Value(scope.updated_at), Value(body)});
  };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(kUpdateScope, {Value(scope.id.text()), Value(catalog_version),
                                             Value(scope.updated_at), Value(body), Value(version)});
  };
  return put_record(expectation, Subject{"scope", scope.id.text()}, read, insert, update);
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveScope& removal,
                            const Expectation& expectation) {
  const std::string& id = removal.id.text();
  const Subject subject{"scope", id};
  for (const Table table : {Table::kRegistrations, Table::kDevices}) {
    const Result<void> frozen = connection.freeze(table);
    if (!frozen) return Fail(frozen.error());
  }
  const auto read = [&] { return read_version(connection.run(kScopeVersion, {Value(id)})); };
  const auto remove = [&](std::uint64_t version) -> Result<bool> {
    const Result<void> no_enrollment =
        must_be_unused(connection.run(kScopeEnrollment, {Value(id)}), subject, "enrollment");
    if (!no_enrollment) return Fail(no_enrollment.error());
    const Result<void> no_registration =
        must_be_unused(connection.run(kScopeRegistration, {Value(id)}), subject, "registration");
    if (!no_registration) return Fail(no_registration.error());
    const Result<void> no_device =
        must_be_unused(connection.run(kScopeDevice, {Value(id)}), subject, "device");
    if (!no_device) return Fail(no_device.error());
    const Result<void> emptied = remove_what_goes_along(connection, id);
    if (!emptied) return Fail(emptied.error());
    return connection.execute(kRemoveScope, {Value(id), Value(version)});
  };
  return remove_record(expectation, subject, read, remove);
}

Result<std::uint64_t> apply(Connection& connection, const management::PutHub& put,
                            const Expectation& expectation) {
  const domain::Hub& hub = put.record;
  const std::string body = hub_body(hub);
  const auto read = [&] {
    return read_version(connection.run(kHubVersion, {Value(hub.name.text())}));
  };
  const auto insert = [&] {
    return connection.execute(kInsertHub, {Value(hub.name.text()), Value(hub.created_at),
                                           Value(hub.updated_at), Value(body)});
  };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(
        kUpdateHub, {Value(hub.name.text()), Value(hub.updated_at), Value(body), Value(version)});
  };
  BERTH_TRY(const std::uint64_t version,
            put_record(expectation, Subject{"hub", hub.name.text()}, read, insert, update));
  const Result<void> bumped = bump_scopes_of_hub(connection, hub.name.text());
  if (!bumped) return Fail(bumped.error());
  return version;
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveHub& removal,
                            const Expectation& expectation) {
  const std::string& name = removal.name.text();
  const Subject subject{"hub", name};
  const Result<void> frozen = connection.freeze(Table::kDevices);
  if (!frozen) return Fail(frozen.error());
  const auto read = [&] { return read_version(connection.run(kHubVersion, {Value(name)})); };
  const auto remove = [&](std::uint64_t version) -> Result<bool> {
    const Result<void> unused =
        must_be_unused(connection.run(kHubDevice, {Value(name)}), subject, "device");
    if (!unused) return Fail(unused.error());
    const Result<void> bumped = bump_scopes_of_hub(connection, name);
    if (!bumped) return Fail(bumped.error());
    BERTH_TRY(const bool links, connection.execute(kRemoveHubLinks, {Value(name)}));
    static_cast<void>(links);  // there need not be any
    return connection.execute(kRemoveHub, {Value(name), Value(version)});
  };
  return remove_record(expectation, subject, read, remove);
}

Result<std::uint64_t> apply(Connection& connection, const management::PutHubLink& put,
                            const Expectation& expectation) {
  const std::string& scope = put.record.scope.text();
  const std::string& hub = put.record.hub.text();
  const std::string body = link_body(put.record);
  const Result<void> scope_there =
      must_be_there(connection.execute(kScopeVersion, {Value(scope)}), Subject{"scope", scope});
  if (!scope_there) return Fail(scope_there.error());
  const Result<void> hub_there =
      must_be_there(connection.execute(kHubVersion, {Value(hub)}), Subject{"hub", hub});
  if (!hub_there) return Fail(hub_there.error());
  const auto read = [&] {
    return read_version(connection.run(kLinkVersion, {Value(scope), Value(hub)}));
  };
  const auto insert = [&] {
    return connection.execute(kInsertLink, {Value(scope), Value(hub), Value(body)});
  };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(kUpdateLink, {Value(scope), Value(hub), Value(body), Value(version)});
  };
  BERTH_TRY(const std::uint64_t version,
            put_record(expectation, Subject{"linked hub", hub}, read, insert, update));
  const Result<void> bumped = bump_scope(connection, scope);
  if (!bumped) return Fail(bumped.error());
  return version;
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveHubLink& removal,
                            const Expectation& expectation) {
  const std::string& scope = removal.scope.text();
  const std::string& hub = removal.hub.text();
  const auto read = [&] {
    return read_version(connection.run(kLinkVersion, {Value(scope), Value(hub)}));
  };
  const auto remove = [&](std::uint64_t version) {
    return connection.execute(kRemoveLink, {Value(scope), Value(hub), Value(version)});
  };
  BERTH_TRY(const std::uint64_t version,
            remove_record(expectation, Subject{"linked hub", hub}, read, remove));
  const Result<void> bumped = bump_scope(connection, scope);
  if (!bumped) return Fail(bumped.error());
  return version;
}

}  // namespace berth::store::sql
