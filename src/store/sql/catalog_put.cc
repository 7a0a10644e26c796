#include "store/sql/catalog_put.h"

#include "store/sql/catalog_rows.h"
#include "store/sql/history.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

using management::MustBeVersion;
using management::MustExist;
using management::MustNotExist;

constexpr Sql kNextVersion =
    "UPDATE berth_counters SET value = value + 1 WHERE name = 'catalog' RETURNING value";
constexpr Sql kBumpScope = "UPDATE scopes SET catalog_version = $2 WHERE id = $1";

auto missing(const Subject& subject) {
  return Fail(ErrorKind::kNotFound, fmt::format("there is no {}", subject.text()),
              fmt::format("list the {}s there are", subject.noun));
}

Result<void> check_version(const MustBeVersion& must, std::uint64_t current,
                           const Subject& subject) {
  if (must.version == current) return {};
  return Fail(ErrorKind::kPreconditionFailed,
              fmt::format("{} has version {}, not {}", subject.text(), current, must.version),
              "read it again and repeat the change on what is there now");
}

}  // namespace

std::string Subject::text() const { return fmt::format("{} '{}'", noun, base::printable(id, 128)); }

Result<void> check_put(const Expectation& expectation, const Version& current,
                       const Subject& subject) {
  if (std::holds_alternative<MustNotExist>(expectation) && current) {
    return Fail(ErrorKind::kConflict, fmt::format("{} exists already", subject.text()),
                "update it, or choose another id");
  }
  if (std::holds_alternative<MustExist>(expectation) && !current) return missing(subject);
  if (const auto* must = std::get_if<MustBeVersion>(&expectation)) {
    if (!current) return missing(subject);
    return check_version(*must, *current, subject);
  }
  return {};
}

Result<bool> check_removal(const Expectation& expectation, const Version& current,
                           const Subject& subject) {
  if (!current) {
    const bool must = std::holds_alternative<MustExist>(expectation) ||
                      std::holds_alternative<MustBeVersion>(expectation);
    if (must) return missing(subject);
    return false;
  }
  Result<void> allowed = check_put(expectation, current, subject);
  if (!allowed) return Fail(std::move(allowed).error());
  return true;
}

Error too_many_races(const Subject& subject) {
  return Error{ErrorKind::kConflict,
               fmt::format("{} is being changed by others at the same time", subject.text()),
               "try again"};
}

Result<Version> read_version(Result<Cursor> row) {
  if (!row) return Fail(std::move(row).error());
  BERTH_TRY(const bool found, row->next());
  return found ? Version(row->count(0)) : Version();
}

Result<void> must_be_there(Result<bool> found, const Subject& subject) {
  if (!found) return Fail(std::move(found).error());
  if (!*found) return missing(subject);
  return {};
}

Result<std::int64_t> next_catalog_version(Connection& connection) {
  BERTH_TRY(Cursor row, connection.run(kNextVersion, {}));
  BERTH_TRY(const bool found, row.next());
  if (found) return row.number(0);
  return Fail(ErrorKind::kInternal, "the store has lost its catalog counter",
              "the database was changed from outside; restore a backup");
}

Result<void> bump_scope(Connection& connection, const std::string& scope) {
  BERTH_TRY(const std::int64_t version, next_catalog_version(connection));
  Result<bool> bumped = connection.execute(kBumpScope, {Value(scope), Value(version)});
  if (!bumped) return Fail(std::move(bumped).error());
  return {};
}

Result<std::uint64_t> apply_change(Connection& connection, const management::Change& change) {
  const auto apply_it = [&](const auto& what) {
    return apply(connection, what, change.expectation);
  };
  BERTH_TRY(const std::uint64_t version, std::visit(apply_it, change.what));
  const auto* reset = std::get_if<management::ResetActivation>(&change.what);
  if (reset != nullptr && reset->voids_password) {
    const Result<void> voided = void_password(connection, *reset, change.audit.at);
    if (!voided) return Fail(voided.error());
  }
  Result<void> audited = append_audit(connection, change.audit);
  if (!audited) return Fail(std::move(audited).error());
  return version;
}

}  // namespace berth::store::sql
