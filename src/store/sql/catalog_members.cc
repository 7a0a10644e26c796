// Rosters, as operators see and change them.
#include "base/codec.h"
#include "store/sql/bodies.h"
#include "store/sql/catalog_put.h"
#include "store/sql/catalog_rows.h"
#include "store/sql/device_keys.h"
#include "store/sql/history.h"
#include "store/sql/paging.h"
#include "store/sql/publishers.h"
#include "store/sql/rosters.h"
#include "store/sql/rows.h"

#include <algorithm>

namespace berth::store::sql {
namespace {

using domain::Member;
using domain::MemberAdding;
using domain::MemberView;

// A line of the roster and what has that member's registration id (14..22), which may be another's:
// these ids ignore case, names of members do not.
constexpr Sql kMember = R"sql(
SELECT m.scope, g.id, m.name, m.enabled, m.requested, m.version, m.created_at, m.updated_at,
       m.enroll_password, m.enroll_wrong, m.enroll_locked_until,
       m.control_password, m.control_wrong, m.control_locked_until,
       r.scope, r.id, r.enrollment_kind, r.hub, r.device_id, r.version, r.created_at, r.updated_at,
       r.body
FROM enrollments g
JOIN members m ON m.scope = g.scope AND m.group_key = g.key
LEFT JOIN registrations r ON r.scope = m.scope AND r.key = m.group_key || lower(m.name)
                         AND r.enrollment_kind = 'group' AND r.enrollment_key = m.group_key
WHERE g.scope = $1 AND g.kind = 'group' AND g.key = $2 AND m.name = $3)sql";
constexpr Sql kMembers = R"sql(
SELECT m.scope, g.id, m.name, m.enabled, m.requested, m.version, m.created_at, m.updated_at,
       m.enroll_password, m.enroll_wrong, m.enroll_locked_until,
       m.control_password, m.control_wrong, m.control_locked_until,
       r.scope, r.id, r.enrollment_kind, r.hub, r.device_id, r.version, r.created_at, r.updated_at,
       r.body
FROM enrollments g
JOIN members m ON m.scope = g.scope AND m.group_key = g.key
LEFT JOIN registrations r ON r.scope = m.scope AND r.key = m.group_key || lower(m.name)
                         AND r.enrollment_kind = 'group' AND r.enrollment_key = m.group_key
WHERE g.scope = $1 AND g.kind = 'group' AND g.key = $2 AND m.name > $3
ORDER BY m.name LIMIT $4)sql";
constexpr int kRegistrationAt = 14;

constexpr Sql kUpdateMember = R"sql(
UPDATE members SET enabled = $4, version = version + 1, updated_at = $5
WHERE scope = $1 AND group_key = $2 AND name = $3 AND version = $6 RETURNING version)sql";

// What an operator made for the member, or its registration did.
constexpr Sql kIdentities = R"sql(
SELECT d.hub, d.id, d.scope, d.version, d.created_at, d.updated_at, d.body FROM devices d
WHERE d.id = $1 AND d.group_key <> '' AND d.group_key = $2 AND d.scope = $3
UNION ALL
SELECT d.hub, d.id, d.scope, d.version, d.created_at, d.updated_at, d.body
FROM registrations r JOIN devices d ON d.hub = r.hub AND d.id = r.device_id
                                   AND d.scope = r.scope AND d.registration_key = r.key
WHERE r.scope = $3 AND r.key = $4 AND NOT (d.id = $1 AND d.group_key = $2))sql";
// Twin, session, connection, messages and control relations go with it (migrations.cc).
constexpr Sql kRemoveIdentity = "DELETE FROM devices WHERE hub = $1 AND id = $2";
constexpr Sql kRemoveRegistration = "DELETE FROM registrations WHERE scope = $1 AND key = $2";
constexpr Sql kUpdateIdentity = R"sql(
UPDATE devices SET version = version + 1, updated_at = $3, body = $4
WHERE hub = $1 AND id = $2 AND version = $5 RETURNING version)sql";

constexpr Sql kHoldRoster = R"sql(
UPDATE rosters SET listed = listed WHERE scope = $1 AND group_key = $2 RETURNING listed)sql";
constexpr Sql kGrowRoster =
    "UPDATE rosters SET listed = listed + $3 WHERE scope = $1 AND group_key = $2";
constexpr Sql kAddMember = R"sql(
INSERT INTO members (scope, group_key, name, enabled, requested, version, created_at, updated_at,
                     enroll_password, control_password)
VALUES ($1, $2, $3, 1, 0, 1, $4, $4, $5, $6)
ON CONFLICT (scope, group_key, name) DO NOTHING RETURNING version)sql";
// Those that are given and are others; nothing when there are none.
constexpr Sql kSetPasswords = R"sql(
UPDATE members SET enroll_password = CASE WHEN $5 <> '' THEN $5 ELSE enroll_password END,
                   control_password = CASE WHEN $6 <> '' THEN $6 ELSE control_password END,
                   version = version + 1, updated_at = $4
WHERE scope = $1 AND group_key = $2 AND name = $3
  AND (($5 <> '' AND enroll_password <> $5) OR ($6 <> '' AND control_password <> $6))
RETURNING version)sql";
constexpr Sql kMemberExists =
    "SELECT 1 FROM members WHERE scope = $1 AND group_key = $2 AND name = $3";

Subject member_subject(std::string_view name) { return Subject{"member", std::string(name)}; }

// A first attempt that failed has not come so far that its registration names the member.
bool is_of(const domain::Registration& registration, const Member& member) {
  if (registration.member) return registration.member == member.name;
  return registration.id.text() == domain::member_device_id(member.group, member.name);
}

Result<MemberView> view_row(const Cursor& row, int at) {
  MemberView view;
  BERTH_TRY(view.member, member_row(row, at));
  if (row.is_null(at + kRegistrationAt)) return view;
  BERTH_TRY(domain::Registration found, registration_row(row, at + kRegistrationAt));
  if (is_of(found, view.member)) view.registration = std::move(found);
  return view;
}

Result<std::optional<MemberView>> read_view(Connection& connection, const std::string& scope,
                                            const std::string& group, const std::string& name) {
  BERTH_TRY(Cursor row, connection.run(kMember, {Value(scope), Value(group), Value(name)}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<MemberView>();
  BERTH_TRY(MemberView view, view_row(row, 0));
  return std::optional<MemberView>(std::move(view));
}

// At most two: the registration's may be another than the one with the member's id.
Result<std::vector<domain::Device>> read_identities_of(Connection& connection,
                                                       const MemberView& view) {
  const Member& member = view.member;
  const std::string registration = view.registration ? view.registration->id.key() : std::string();
  BERTH_TRY(Cursor rows,
            connection.run(kIdentities, {Value(domain::member_device_id(member.group, member.name)),
                                         Value(member.group.key()), Value(member.scope.text()),
                                         Value(registration)}));
  return all_rows(rows, device_row);
}

// False: one was changed at the same time.
Result<bool> switch_identities(Connection& connection, const MemberView& view, TimePoint at) {
  BERTH_TRY(std::vector<domain::Device> devices, read_identities_of(connection, view));
  for (domain::Device& device : devices) {
    if (device.enabled == view.member.enabled) continue;
    device.enabled = view.member.enabled;
    BERTH_TRY(const bool updated,
              connection.execute(kUpdateIdentity,
                                 {Value(device.hub.text()), Value(device.id.text()), Value(at),
                                  Value(device_body(device)), Value(device.version)}));
    if (!updated) return false;
  }
  return true;
}

Result<void> switch_at_last(Connection& connection, const MemberView& view, TimePoint at) {
  for (int attempt = 0; attempt < kRaceAttemptsMax; ++attempt) {
    BERTH_TRY(const bool done, switch_identities(connection, view, at));
    if (done) return {};
  }
  return Fail(too_many_races(member_subject(view.member.name.text())));
}

Result<void> remove_what_it_has(Connection& connection, const MemberView& view) {
  BERTH_TRY(const std::vector<domain::Device> devices, read_identities_of(connection, view));
  if (view.registration) {
    Result<bool> removed = connection.execute(
        kRemoveRegistration, {Value(view.member.scope.text()), Value(view.registration->id.key())});
    if (!removed) return Fail(std::move(removed).error());
  }
  for (const domain::Device& device : devices) {
    Result<bool> removed =
        connection.execute(kRemoveIdentity, {Value(device.hub.text()), Value(device.id.text())});
    if (!removed) return Fail(std::move(removed).error());
    if (group_key_of(device).empty()) continue;
    const Result<void> forgotten = forget_publisher(connection, device.scope, device.id.text());
    if (!forgotten) return forgotten;
  }
  return {};
}

// Holds the roster until the transaction ends; how many lines it has.
Result<std::uint64_t> hold_roster(Connection& connection, const management::MembersToAdd& members) {
  const std::string key = members.group.key();
  BERTH_TRY(Cursor row, connection.run(kHoldRoster, {Value(members.scope.text()), Value(key)}));
  BERTH_TRY(const bool found, row.next());
  if (found) return row.count(0);
  return Fail(no_roster(members.group.text()));
}

Result<MemberAdding> add_member(Connection& connection, const management::MembersToAdd& members,
                                const management::MembersToAdd::Line& line, bool room) {
  const std::string& scope = members.scope.text();
  const std::string group = members.group.key();
  const std::string& name = line.name.text();
  const std::string enroll = base::hex_encode(line.enroll_password);
  const std::string control = base::hex_encode(line.control_password);
  if (room) {
    BERTH_TRY(const bool added,
              connection.execute(kAddMember, {Value(scope), Value(group), Value(name),
                                              Value(members.at), Value(enroll), Value(control)}));
    if (added) return MemberAdding::kAdded;
  } else {
    BERTH_TRY(const bool there,
              connection.execute(kMemberExists, {Value(scope), Value(group), Value(name)}));
    if (!there) return MemberAdding::kFull;
  }
  if (enroll.empty() && control.empty()) return MemberAdding::kPresent;
  BERTH_TRY(const bool updated,
            connection.execute(kSetPasswords, {Value(scope), Value(group), Value(name),
                                               Value(members.at), Value(enroll), Value(control)}));
  return updated ? MemberAdding::kUpdated : MemberAdding::kPresent;
}

}  // namespace

Result<std::vector<MemberAdding>> add_members(Connection& connection,
                                              const management::MembersToAdd& members) {
  BERTH_TRY(const std::uint64_t listed, hold_roster(connection, members));
  std::vector<MemberAdding> results;
  std::uint64_t added = 0;
  for (const management::MembersToAdd::Line& line : members.lines) {
    BERTH_TRY(const MemberAdding result,
              add_member(connection, members, line, listed + added < domain::kMembersMax));
    if (result == MemberAdding::kAdded) ++added;
    results.push_back(result);
  }
  BERTH_TRY(const bool grown,
            connection.execute(kGrowRoster, {Value(members.scope.text()),
                                             Value(members.group.key()), Value(added)}));
  static_cast<void>(grown);  // it is held
  Result<void> audited = append_audit(connection, members.audit);
  if (!audited) return Fail(std::move(audited).error());
  return results;
}

Result<std::uint64_t> apply(Connection& connection, const management::PutMember& put,
                            const Expectation& expectation) {
  const Member& member = put.record;
  const std::string& scope = member.scope.text();
  const std::string group = member.group.key();
  const std::string& name = member.name.text();
  const Result<void> turn = lock_member(connection, member.scope, group, member.name);
  if (!turn) return Fail(turn.error());
  std::optional<MemberView> view;
  const auto read = [&]() -> Result<Version> {
    BERTH_TRY(view, read_view(connection, scope, group, name));
    return view ? Version(view->member.version) : Version();
  };
  const auto insert = [&] { return must_list_member(connection, member); };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(kUpdateMember, {Value(scope), Value(group), Value(name),
                                              Value(std::int64_t{member.enabled ? 1 : 0}),
                                              Value(member.updated_at), Value(version)});
  };
  BERTH_TRY(const std::uint64_t version,
            put_record(expectation, member_subject(name), read, insert, update));
  if (!view) return version;
  view->member.enabled = member.enabled;
  const Result<void> switched = switch_at_last(connection, *view, member.updated_at);
  if (!switched) return Fail(switched.error());
  return version;
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveMember& removal,
                            const Expectation& expectation) {
  const std::string group = removal.group.key();
  const std::string& name = removal.name.text();
  const Result<void> turn = lock_member(connection, removal.scope, group, removal.name);
  if (!turn) return Fail(turn.error());
  std::optional<MemberView> view;
  const auto read = [&]() -> Result<Version> {
    BERTH_TRY(view, read_view(connection, removal.scope.text(), group, name));
    return view ? Version(view->member.version) : Version();
  };
  const auto remove = [&](std::uint64_t) -> Result<bool> {
    BERTH_TRY(const bool unlisted, unlist_member(connection, view->member));
    if (!unlisted) return false;
    const Result<void> removed = remove_what_it_has(connection, *view);
    if (!removed) return Fail(removed.error());
    return true;
  };
  return remove_record(expectation, member_subject(name), read, remove);
}

Result<MemberView> get_member(Connection& connection, const std::string& scope,
                              const std::string& group, const std::string& name) {
  BERTH_TRY(std::optional<MemberView> view, read_view(connection, scope, group, name));
  if (view) return *std::move(view);
  return Fail(ErrorKind::kNotFound, "there is no " + member_subject(name).text(),
              "list the members there are");
}

Result<domain::Listing<MemberView>> list_members(Connection& connection, const std::string& scope,
                                                 const std::string& group,
                                                 const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  BERTH_TRY(Cursor rows, connection.run(kMembers, {Value(scope), Value(group), Value(start.after),
                                                   Value(start.fetch)}));
  BERTH_TRY(std::vector<MemberView> views, all_rows(rows, view_row));
  return make_listing(std::move(views), start,
                      [](const MemberView& view) { return view.member.name.text(); });
}

}  // namespace berth::store::sql
