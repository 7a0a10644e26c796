// How a change meets what is stored: the expectation, the optimistic lock, the error texts. Shared
// by the nouns of the catalog.
//
// Room store/sql. A conditional write that finds nothing has lost a race with another server; it is
// tried again from the read, a few times. Within one SQLite writer that never happens.
// Thread rule: the thread of the connection.
#pragma once

#include "management/ports/catalog.h"
#include "store/sql/connection.h"

#include <optional>
#include <string>

namespace berth::store::sql {

inline constexpr int kRaceAttemptsMax = 4;

// What the error texts call a record: "scope '0ne000000AB'".
struct Subject {
  std::string_view noun;
  std::string id;
  std::string text() const;
};

using Version = std::optional<std::uint64_t>;  // none: the record does not exist

// kConflict (exists), kNotFound (does not), kPreconditionFailed (another version).
Result<void> check_put(const management::Expectation& expectation, const Version& current,
                       const Subject& subject);
// The same for a removal; whether there is something to remove.
Result<bool> check_removal(const management::Expectation& expectation, const Version& current,
                           const Subject& subject);
Error too_many_races(const Subject& subject);

// The version in the first column, if there is a row.
Result<Version> read_version(Result<Cursor> row);

// kNotFound unless the statement finds a row.
Result<void> must_be_there(Result<bool> found, const Subject& subject);

// `read` → Result<Version>, `insert` → Result<bool>, `update(version)` → Result<bool>. Returns the
// new version.
template <class Read, class Insert, class Update>
Result<std::uint64_t> put_record(const management::Expectation& expectation, const Subject& subject,
                                 Read read, Insert insert, Update update) {
  for (int attempt = 0; attempt < kRaceAttemptsMax; ++attempt) {
    BERTH_TRY(const Version current, read());
    const Result<void> allowed = check_put(expectation, current, subject);
    if (!allowed) return Fail(allowed.error());
    BERTH_TRY(const bool written, current ? update(*current) : insert());
    if (written) return current.value_or(0) + 1;
  }
  return Fail(too_many_races(subject));
}

// `remove(version)` → Result<bool>.
template <class Read, class Remove>
Result<std::uint64_t> remove_record(const management::Expectation& expectation,
                                    const Subject& subject, Read read, Remove remove) {
  for (int attempt = 0; attempt < kRaceAttemptsMax; ++attempt) {
    BERTH_TRY(const Version current, read());
    BERTH_TRY(const bool any, check_removal(expectation, current, subject));
    if (!any) return std::uint64_t{0};
    BERTH_TRY(const bool removed, remove(*current));
    if (removed) return std::uint64_t{0};
  }
  return Fail(too_many_races(subject));
}

// A number that no scope has had as its catalog version.
Result<std::int64_t> next_catalog_version(Connection& connection);
Result<void> bump_scope(Connection& connection, const std::string& scope);

// The nouns; each returns the new version.
using management::Expectation;
Result<std::uint64_t> apply(Connection& c, const management::PutScope& put, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveScope& r, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutHub& put, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveHub& r, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutHubLink& put, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveHubLink& r,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutEnrollment& put,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveEnrollment& r,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveRegistration& r,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutRegistrationOwner& put,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutDevice& put, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveDevice& r, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutMember& put, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveMember& r, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::ResetActivation& reset,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::ForgetGuesses& forget,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutAccount& put, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveAccount& r,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutCa& put, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveCa& r, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutRevoked& put, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveRevoked& r,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutOperator& put,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveOperator& r,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutTemplate& put,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveTemplate& r,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutApproval& put,
                            const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::PutToken& put, const Expectation& e);
Result<std::uint64_t> apply(Connection& c, const management::RemoveToken& r, const Expectation& e);

// The other half of a ResetActivation::voids_password: what the identity was issued is void from
// `at` on.
Result<void> void_password(Connection& connection, const management::ResetActivation& reset,
                           TimePoint at);

}  // namespace berth::store::sql
