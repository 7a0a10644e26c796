// The rosters of groups with a product secret or with passwords: lines that are added within the
// group's bounds, and what is read of them.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again. A roster counts
// its lines (migrations.cc); whoever adds or removes one changes the count first, and so has the
// roster to itself until the transaction ends.
// Thread rule: the thread of the connection.
#pragma once

#include "domain/records.h"
#include "store/sql/connection.h"

#include <cstdint>
#include <vector>

namespace berth::store::sql {

// The roster of a group that has one from now on, or of one that has none: made empty, or removed
// with its lines.
Result<void> make_roster(Connection& connection, const domain::ScopeId& scope,
                         const std::string& group_key);
Result<void> remove_roster(Connection& connection, const domain::ScopeId& scope,
                           const std::string& group_key);

// What is said of a group that has none.
Error no_roster(const std::string& group);

enum class Listed { kAdded, kPresent, kFull, kNoRoster };
// kFull: there are kMembersMax lines, or, if the member is `requested`, `requested_max` of such.
Result<Listed> list_member(Connection& connection, const domain::Member& member,
                           std::uint32_t requested_max);
// The same for operators: whether it was added. kTooMany, kNotFound.
Result<bool> must_list_member(Connection& connection, const domain::Member& member);
// Whether it was there in that version; under lock_member().
Result<bool> unlist_member(Connection& connection, const domain::Member& member);

// Until the transaction ends, nobody else decides on that member: what somebody who registers it
// has found, and what an operator does to it, take turns.
Result<void> lock_member(Connection& connection, const domain::ScopeId& scope,
                         const std::string& group_key, const domain::MemberName& name);
enum class Standing { kUnlisted, kDisabled, kEnabled };
// One statement.
Result<Standing> standing_of(Connection& connection, const domain::ScopeId& scope,
                             const std::string& group_key, const domain::MemberName& name);

Result<std::vector<domain::Member>> read_roster(Connection& connection,
                                                const domain::ScopeId& scope,
                                                const domain::EnrollmentId& group,
                                                const std::string& after, std::size_t count_max);

}  // namespace berth::store::sql
