#include "store/sql/rosters.h"

#include "base/codec.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

constexpr Sql kMakeRoster = R"sql(
INSERT INTO rosters (scope, group_key, listed, requested) VALUES ($1, $2, 0, 0)
ON CONFLICT (scope, group_key) DO NOTHING)sql";
constexpr Sql kRemoveRoster = "DELETE FROM rosters WHERE scope = $1 AND group_key = $2";
constexpr Sql kRemoveMembers = "DELETE FROM members WHERE scope = $1 AND group_key = $2";
constexpr Sql kRosterExists = "SELECT 1 FROM rosters WHERE scope = $1 AND group_key = $2";

constexpr Sql kTakePlace = R"sql(
UPDATE rosters SET listed = listed + 1, requested = requested + $3
WHERE scope = $1 AND group_key = $2 AND listed < $4 AND requested + $3 <= $5
RETURNING listed)sql";
constexpr Sql kLeavePlace = R"sql(
UPDATE rosters SET listed = listed - 1, requested = requested - $3
WHERE scope = $1 AND group_key = $2)sql";
constexpr Sql kLeavePlaceOf = R"sql(
UPDATE rosters SET listed = listed - 1, requested = requested - $3
WHERE scope = $1 AND group_key = $2
  AND EXISTS (SELECT 1 FROM members
              WHERE scope = $1 AND group_key = $2 AND name = $4 AND version = $5)
RETURNING listed)sql";
constexpr Sql kInsert = R"sql(
INSERT INTO members (scope, group_key, name, enabled, requested, version, created_at, updated_at,
                     enroll_password, control_password)
VALUES ($1, $2, $3, $4, $5, 1, $6, $7, $8, $9)
ON CONFLICT (scope, group_key, name) DO NOTHING RETURNING version)sql";
constexpr Sql kRemove = R"sql(
DELETE FROM members WHERE scope = $1 AND group_key = $2 AND name = $3 AND version = $4
RETURNING version)sql";
constexpr Sql kMemberExists =
    "SELECT 1 FROM members WHERE scope = $1 AND group_key = $2 AND name = $3";
constexpr Sql kEnabled =
    "SELECT enabled FROM members WHERE scope = $1 AND group_key = $2 AND name = $3";
constexpr Sql kRoster = R"sql(
SELECT m.scope, g.id, m.name, m.enabled, m.requested, m.version, m.created_at, m.updated_at,
       m.enroll_password, m.enroll_wrong, m.enroll_locked_until,
       m.control_password, m.control_wrong, m.control_locked_until
FROM enrollments g JOIN members m ON m.scope = g.scope AND m.group_key = g.key
WHERE g.scope = $1 AND g.kind = 'group' AND g.key = $2 AND m.name > $3
ORDER BY m.name LIMIT $4)sql";

std::int64_t as_number(bool flag) { return flag ? 1 : 0; }

Result<Listed> why_no_place(Connection& connection, const domain::Member& member) {
  const std::string& scope = member.scope.text();
  const std::string group = member.group.key();
  BERTH_TRY(const bool roster, connection.execute(kRosterExists, {Value(scope), Value(group)}));
  if (!roster) return Listed::kNoRoster;
  BERTH_TRY(const bool there, connection.execute(kMemberExists, {Value(scope), Value(group),
                                                                 Value(member.name.text())}));
  return there ? Listed::kPresent : Listed::kFull;
}

Result<void> leave_place(Connection& connection, const domain::Member& member) {
  Result<bool> left = connection.execute(
      kLeavePlace,
      {Value(member.scope.text()), Value(member.group.key()), Value(as_number(member.requested))});
  if (!left) return Fail(std::move(left).error());
  return {};
}

}  // namespace

Error no_roster(const std::string& group) {
  return Error{ErrorKind::kNotFound,
               fmt::format("there is no group '{}' with a roster", base::printable(group, 128)),
               "list the enrollment groups there are"};
}

Result<void> make_roster(Connection& connection, const domain::ScopeId& scope,
                         const std::string& group_key) {
  Result<bool> made = connection.execute(kMakeRoster, {Value(scope.text()), Value(group_key)});
  if (!made) return Fail(std::move(made).error());
  return {};
}

Result<void> remove_roster(Connection& connection, const domain::ScopeId& scope,
                           const std::string& group_key) {
  // First the roster: whoever is adding a line to it has then ended, and nobody begins.
  for (const Sql& statement : {kRemoveRoster, kRemoveMembers}) {
    Result<bool> removed = connection.execute(statement, {Value(scope.text()), Value(group_key)});
    if (!removed) return Fail(std::move(removed).error());
  }
  return {};
}

Result<Listed> list_member(Connection& connection, const domain::Member& member,
                           std::uint32_t requested_max) {
  const std::string& scope = member.scope.text();
  const std::string group = member.group.key();
  const std::int64_t requested = as_number(member.requested);
  const std::int64_t bound = member.requested ? std::int64_t{requested_max} : INT64_MAX;
  BERTH_TRY(
      const bool place,
      connection.execute(kTakePlace, {Value(scope), Value(group), Value(requested),
                                      Value(std::int64_t{domain::kMembersMax}), Value(bound)}));
  if (!place) return why_no_place(connection, member);
  BERTH_TRY(const bool inserted,
            connection.execute(kInsert, {Value(scope), Value(group), Value(member.name.text()),
                                         Value(as_number(member.enabled)), Value(requested),
                                         Value(member.created_at), Value(member.updated_at),
                                         Value(base::hex_encode(member.enroll_password)),
                                         Value(base::hex_encode(member.control_password))}));
  if (inserted) return Listed::kAdded;
  const Result<void> left = leave_place(connection, member);
  if (!left) return Fail(left.error());
  return Listed::kPresent;
}

Result<bool> must_list_member(Connection& connection, const domain::Member& member) {
  BERTH_TRY(const Listed listed, list_member(connection, member, domain::kMembersMax));
  switch (listed) {
    case Listed::kAdded:
      return true;
    case Listed::kPresent:
      return false;
    case Listed::kFull:
      return Fail(ErrorKind::kTooMany,
                  fmt::format("group '{}' lists {} members already", member.group.text(),
                              domain::kMembersMax),
                  "delete members that are not needed, or make another group");
    case Listed::kNoRoster:
      break;
  }
  return Fail(no_roster(member.group.text()));
}

Result<bool> unlist_member(Connection& connection, const domain::Member& member) {
  const std::string& scope = member.scope.text();
  const std::string group = member.group.key();
  BERTH_TRY(const bool left,
            connection.execute(kLeavePlaceOf,
                               {Value(scope), Value(group), Value(as_number(member.requested)),
                                Value(member.name.text()), Value(member.version)}));
  if (!left) return false;
  return connection.execute(
      kRemove, {Value(scope), Value(group), Value(member.name.text()), Value(member.version)});
}

Result<void> lock_member(Connection& connection, const domain::ScopeId& scope,
                         const std::string& group_key, const domain::MemberName& name) {
  return connection.lock(fmt::format("member/{}/{}/{}", scope.text(), group_key, name.text()));
}

Result<Standing> standing_of(Connection& connection, const domain::ScopeId& scope,
                             const std::string& group_key, const domain::MemberName& name) {
  BERTH_TRY(Cursor row,
            connection.run(kEnabled, {Value(scope.text()), Value(group_key), Value(name.text())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return Standing::kUnlisted;
  return row.number(0) != 0 ? Standing::kEnabled : Standing::kDisabled;
}

Result<std::vector<domain::Member>> read_roster(Connection& connection,
                                                const domain::ScopeId& scope,
                                                const domain::EnrollmentId& group,
                                                const std::string& after, std::size_t count_max) {
  BERTH_TRY(Cursor rows, connection.run(kRoster, {Value(scope.text()), Value(group.key()),
                                                  Value(after), Value(std::uint64_t{count_max})}));
  return all_rows(rows, member_row);
}

}  // namespace berth::store::sql
