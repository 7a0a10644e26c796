#include "store/sql/certificates.h"
#include "store/sql/challenges.h"
#include "store/sql/registration_rows.h"
#include "store/sql/row_memo.h"
#include "store/sql/rows.h"
#include "store/sql/templates.h"

namespace berth::store::sql {
namespace {

// Columns: catalog_version, scope (1..5), individual (6..12), registration (13..21), group
// (22..28).
constexpr Sql kDossier = R"sql(
SELECT s.catalog_version,
       s.id, s.version, s.created_at, s.updated_at, s.body,
       e.scope, e.kind, e.id, e.version, e.created_at, e.updated_at, e.body,
       r.scope, r.id, r.enrollment_kind, r.hub, r.device_id, r.version, r.created_at, r.updated_at,
       r.body,
       g.scope, g.kind, g.id, g.version, g.created_at, g.updated_at, g.body
FROM scopes s
LEFT JOIN enrollments e ON e.scope = s.id AND e.kind = 'individual' AND e.key = $2
LEFT JOIN registrations r ON r.scope = s.id AND r.key = $2
LEFT JOIN enrollments g ON g.scope = s.id AND g.kind = 'group' AND r.enrollment_kind = 'group'
                       AND g.key = r.enrollment_key
WHERE s.id = $1)sql";
constexpr int kScopeAt = 1;
constexpr int kIndividualAt = 6;
constexpr int kRegistrationAt = 13;
constexpr int kGroupAt = 22;

// Columns: catalog_version, scope (1..5), group (6..12), member (13..26), registration (27..35),
// the group that owns it, if that is another (36..42).
constexpr Sql kMemberDossier = R"sql(
SELECT s.catalog_version,
       s.id, s.version, s.created_at, s.updated_at, s.body,
       g.scope, g.kind, g.id, g.version, g.created_at, g.updated_at, g.body,
       m.scope, g.id, m.name, m.enabled, m.requested, m.version, m.created_at, m.updated_at,
       m.enroll_password, m.enroll_wrong, m.enroll_locked_until,
       m.control_password, m.control_wrong, m.control_locked_until,
       r.scope, r.id, r.enrollment_kind, r.hub, r.device_id, r.version, r.created_at, r.updated_at,
       r.body,
       o.scope, o.kind, o.id, o.version, o.created_at, o.updated_at, o.body
FROM enrollments g
JOIN scopes s ON s.id = g.scope
LEFT JOIN members m ON m.scope = g.scope AND m.group_key = g.key AND m.name = $2
LEFT JOIN registrations r ON r.scope = g.scope AND r.key = $3
LEFT JOIN enrollments o ON o.scope = g.scope AND o.kind = 'group' AND r.enrollment_kind = 'group'
                       AND o.key = r.enrollment_key AND o.key <> g.key
WHERE g.product = $1 AND g.product <> '')sql";
constexpr int kNamedGroupAt = 6;
constexpr int kMemberAt = 13;
constexpr int kMemberRegistrationAt = 27;
constexpr int kOtherGroupAt = 36;

constexpr Sql kCatalogVersion = "SELECT catalog_version FROM scopes WHERE id = $1";
constexpr Sql kGroups = R"sql(
SELECT scope, kind, id, version, created_at, updated_at, body FROM enrollments
WHERE scope = $1 AND kind = 'group' ORDER BY key)sql";
constexpr Sql kLinkedHubs = R"sql(
SELECT h.name, h.version, h.created_at, h.updated_at, h.body, l.scope, l.hub, l.version, l.body
FROM hub_links l JOIN hubs h ON h.name = l.hub WHERE l.scope = $1 ORDER BY h.name)sql";
constexpr int kLinkAt = 5;

constexpr Sql kAllScopes =
    "SELECT id, version, created_at, updated_at, body FROM scopes ORDER BY id LIMIT $1";
constexpr Sql kIndividualsAnywhere = R"sql(
SELECT e.scope, e.kind, e.id, e.version, e.created_at, e.updated_at, e.body
FROM scopes s JOIN enrollments e ON e.scope = s.id AND e.kind = 'individual' AND e.key = $1
ORDER BY s.id LIMIT $2)sql";
constexpr Sql kIndividuals = R"sql(
SELECT scope, kind, id, version, created_at, updated_at, body FROM enrollments
WHERE scope = $1 AND kind = 'individual' AND key > $2 ORDER BY key LIMIT $3)sql";
constexpr Sql kProductGroups = R"sql(
SELECT scope, kind, id, version, created_at, updated_at, body FROM enrollments
WHERE product > $1 AND product <> '' ORDER BY product LIMIT $2)sql";
constexpr Sql kIdentity = R"sql(
SELECT hub, id, scope, version, created_at, updated_at, body FROM devices
WHERE hub = $1 AND id = $2)sql";
constexpr Sql kAllHubs =
    "SELECT name, version, created_at, updated_at, body FROM hubs ORDER BY name LIMIT $1";
constexpr Sql kIdentities = R"sql(
SELECT hub, id, scope, version, created_at, updated_at, body FROM devices
WHERE hub = $1 AND id > $2 ORDER BY id LIMIT $3)sql";

template <class Record>
void fill(std::optional<Record>& target, Record&& record) {
  target.emplace(std::move(record));
}
template <class Record>
void fill(std::unique_ptr<const Record>& target, Record&& record) {
  target = std::make_unique<const Record>(std::move(record));
}
template <class Record>
void fill(std::shared_ptr<const Record>& target, Record&& record) {
  target = std::make_shared<const Record>(std::move(record));
}
template <class Record>
void fill(std::shared_ptr<const Record>& target, std::shared_ptr<const Record>&& record) {
  target = std::move(record);
}

// A part of a dossier, from an outer join's columns; `target` stays empty when they are NULL.
template <class Read, class Target>
Result<void> read_joined(const Cursor& row, int at, Read read, Target& target) {
  if (row.is_null(at)) return {};
  auto record = read(row, at);
  if (!record) return Fail(std::move(record).error());
  fill(target, *std::move(record));
  return {};
}

// Scopes and groups, which one request after another reads.
auto scopes_of(Connection& connection) {
  return [&memo = connection.memo()](const Cursor& row, int at) { return memo.scope(row, at); };
}
auto groups_of(Connection& connection) {
  return
      [&memo = connection.memo()](const Cursor& row, int at) { return memo.enrollment(row, at); };
}

// False: there is no such scope.
Result<bool> read_joined_dossier(Connection& connection, const std::string& scope,
                                 const std::string& registration_key,
                                 provisioning::Dossier& dossier) {
  BERTH_TRY(Cursor row, connection.run(kDossier, {Value(scope), Value(registration_key)}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return false;
  dossier.catalog_version = row.count(0);
  const Result<void> parts[] = {
      read_joined(row, kScopeAt, scopes_of(connection), dossier.scope),
      read_joined(row, kIndividualAt, enrollment_row, dossier.individual),
      read_joined(row, kRegistrationAt, registration_row, dossier.current),
      read_joined(row, kGroupAt, groups_of(connection), dossier.owner_group),
  };
  for (const Result<void>& part : parts) {
    if (!part) return Fail(part.error());
  }
  return true;
}

bool proven_by_tpm(const provisioning::Dossier& dossier) {
  return dossier.individual &&
         std::holds_alternative<domain::TpmKeys>(dossier.individual->attestation);
}

// The named group is nearly always the owner, and is then not read twice.
bool owned_by_named(const provisioning::Dossier& dossier) {
  const domain::EnrollmentRef& owner = dossier.current->enrollment;
  return owner.kind == domain::EnrollmentKind::kGroup &&
         owner.id.key() == dossier.named_group->id.key();
}

}  // namespace

// A challenge that is replaced between the two statements is refused by the commit.
Result<std::unique_ptr<provisioning::Dossier>> read_dossier(Connection& connection,
                                                            const std::string& scope,
                                                            const std::string& registration_key) {
  auto dossier = std::make_unique<provisioning::Dossier>();
  if (!can_be_stored(scope) || !can_be_stored(registration_key)) return dossier;
  BERTH_TRY(const bool found, read_joined_dossier(connection, scope, registration_key, *dossier));
  if (!found || !proven_by_tpm(*dossier)) return dossier;
  BERTH_TRY(std::optional<domain::TpmChallenge> challenge,
            read_challenge_of(connection, scope, registration_key));
  if (challenge) fill(dossier->challenge, *std::move(challenge));
  return dossier;
}

Result<std::unique_ptr<provisioning::Dossier>> read_member_dossier(Connection& connection,
                                                                   const std::string& group_key,
                                                                   const std::string& member) {
  auto opened = std::make_unique<provisioning::Dossier>();
  if (!can_be_stored(group_key) || !can_be_stored(member)) return opened;
  const std::string registration_key = group_key + base::ascii_lower(member);
  BERTH_TRY(Cursor row, connection.run(kMemberDossier,
                                       {Value(group_key), Value(member), Value(registration_key)}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return opened;
  provisioning::Dossier& dossier = *opened;
  dossier.catalog_version = row.count(0);
  const Result<void> parts[] = {
      read_joined(row, kScopeAt, scopes_of(connection), dossier.scope),
      read_joined(row, kNamedGroupAt, groups_of(connection), dossier.named_group),
      read_joined(row, kMemberAt, member_row, dossier.member),
      read_joined(row, kMemberRegistrationAt, registration_row, dossier.current),
      read_joined(row, kOtherGroupAt, groups_of(connection), dossier.owner_group),
  };
  for (const Result<void>& part : parts) {
    if (!part) return Fail(part.error());
  }
  if (dossier.current && owned_by_named(dossier)) dossier.owner_group = dossier.named_group;
  return opened;
}

Result<provisioning::ScopeSnapshot> read_snapshot(Connection& connection,
                                                  const domain::ScopeId& scope) {
  provisioning::ScopeSnapshot snapshot;
  {
    BERTH_TRY(Cursor row, connection.run(kCatalogVersion, {Value(scope.text())}));
    BERTH_TRY(const bool found, row.next());
    if (!found) return snapshot;
    snapshot.catalog_version = row.count(0);
  }
  BERTH_TRY(Cursor groups, connection.run(kGroups, {Value(scope.text())}));
  BERTH_TRY(snapshot.groups, all_rows(groups, enrollment_row));
  BERTH_TRY(snapshot.authorities, read_authorities(connection, scope));
  BERTH_TRY(snapshot.templates, read_template_twins(connection, scope));
  BERTH_TRY(Cursor hubs, connection.run(kLinkedHubs, {Value(scope.text())}));
  while (true) {
    BERTH_TRY(const bool found, hubs.next());
    if (!found) return snapshot;
    BERTH_TRY(domain::Hub hub, hub_row(hubs));
    BERTH_TRY(domain::HubLink link, link_row(hubs, kLinkAt));
    snapshot.hubs.push_back({std::move(hub), std::move(link)});
  }
}

Result<std::vector<domain::Scope>> read_all_scopes(Connection& connection, std::size_t count_max) {
  BERTH_TRY(Cursor rows, connection.run(kAllScopes, {Value(std::uint64_t{count_max})}));
  return all_rows(rows, scope_row);
}

Result<std::vector<domain::Enrollment>> read_individuals_anywhere(
    Connection& connection, const std::string& registration_key, std::size_t count_max) {
  if (!can_be_stored(registration_key)) return std::vector<domain::Enrollment>();
  BERTH_TRY(Cursor rows, connection.run(kIndividualsAnywhere, {Value(registration_key),
                                                               Value(std::uint64_t{count_max})}));
  return all_rows(rows, enrollment_row);
}

Result<std::vector<domain::Enrollment>> read_individuals(Connection& connection,
                                                         const domain::ScopeId& scope,
                                                         const std::string& after,
                                                         std::size_t count_max) {
  const std::string key = base::ascii_lower(after);
  BERTH_TRY(Cursor rows, connection.run(kIndividuals, {Value(scope.text()), Value(key),
                                                       Value(std::uint64_t{count_max})}));
  return all_rows(rows, enrollment_row);
}

Result<std::vector<domain::Enrollment>> read_product_groups(Connection& connection,
                                                            const std::string& after,
                                                            std::size_t count_max) {
  if (!can_be_stored(after)) return std::vector<domain::Enrollment>();
  BERTH_TRY(Cursor rows, connection.run(kProductGroups, {Value(base::ascii_lower(after)),
                                                         Value(std::uint64_t{count_max})}));
  return all_rows(rows, enrollment_row);
}

Result<std::optional<domain::Device>> read_identity(Connection& connection,
                                                    const domain::HubName& hub,
                                                    const domain::DeviceId& id) {
  if (!can_be_stored(hub.text()) || !can_be_stored(id.text())) {
    return std::optional<domain::Device>();
  }
  BERTH_TRY(Cursor row, connection.run(kIdentity, {Value(hub.text()), Value(id.text())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<domain::Device>();
  BERTH_TRY(domain::Device device, device_row(row));
  return std::optional<domain::Device>(std::move(device));
}

Result<std::vector<domain::Hub>> read_all_hubs(Connection& connection, std::size_t count_max) {
  BERTH_TRY(Cursor rows, connection.run(kAllHubs, {Value(std::uint64_t{count_max})}));
  return all_rows(rows, hub_row);
}

Result<std::vector<domain::Device>> read_identities(Connection& connection,
                                                    const domain::HubName& hub,
                                                    const std::string& after,
                                                    std::size_t count_max) {
  if (!can_be_stored(hub.text()) || !can_be_stored(after)) return std::vector<domain::Device>();
  BERTH_TRY(Cursor rows, connection.run(kIdentities, {Value(hub.text()), Value(after),
                                                      Value(std::uint64_t{count_max})}));
  return all_rows(rows, device_row);
}

}  // namespace berth::store::sql
