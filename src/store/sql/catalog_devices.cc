// Changes of enrollments and registrations.
#include "store/sql/bodies.h"
#include "store/sql/catalog_put.h"
#include "store/sql/challenges.h"
#include "store/sql/product_ids.h"
#include "store/sql/publishers.h"
#include "store/sql/rosters.h"
#include "store/sql/rows.h"

namespace berth::store::sql {
namespace {

using domain::EnrollmentKind;

constexpr Sql kScopeExists = "SELECT 1 FROM scopes WHERE id = $1";
constexpr Sql kEnrollmentVersion =
    "SELECT version FROM enrollments WHERE scope = $1 AND kind = $2 AND key = $3";
constexpr Sql kInsertEnrollment = R"sql(
INSERT INTO enrollments (scope, kind, key, id, version, created_at, updated_at, body, product)
VALUES ($1, $2, $3, $4, 1, $5, $6, $7, $8)
ON CONFLICT (scope, kind, key) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdateEnrollment = R"sql(
UPDATE enrollments SET version = version + 1, updated_at = $4, body = $5, product = $7
WHERE scope = $1 AND kind = $2 AND key = $3 AND version = $6 RETURNING version)sql";
constexpr Sql kRemoveEnrollment = R"sql(
DELETE FROM enrollments WHERE scope = $1 AND kind = $2 AND key = $3 AND version = $4
RETURNING version)sql";

constexpr Sql kProductElsewhere = R"sql(
SELECT 1 FROM enrollments WHERE product = $1 AND product <> '' AND scope <> $2)sql";

constexpr Sql kRegistrationPlace =
    "SELECT version, hub, device_id FROM registrations WHERE scope = $1 AND key = $2";
constexpr Sql kRemoveRegistration =
    "DELETE FROM registrations WHERE scope = $1 AND key = $2 AND version = $3 RETURNING version";
// Twin, session, connection, messages and control relations go with it (migrations.cc).
constexpr Sql kRemoveDeviceOf = R"sql(
DELETE FROM devices WHERE hub = $1 AND id = $2 AND scope = $3 AND registration_key = $4
RETURNING group_key)sql";
constexpr Sql kRegistration = R"sql(
SELECT scope, id, enrollment_kind, hub, device_id, version, created_at, updated_at, body
FROM registrations WHERE scope = $1 AND key = $2)sql";
constexpr Sql kSetOwner = R"sql(
UPDATE registrations SET enrollment_kind = $3, enrollment_key = $4, version = version + 1, body = $5
WHERE scope = $1 AND key = $2 AND version = $6 RETURNING version)sql";

Subject enrollment_subject(EnrollmentKind kind, const domain::EnrollmentId& id) {
  return Subject{kind == EnrollmentKind::kGroup ? "enrollment group" : "enrollment", id.text()};
}

// The key of a group with members; empty for all else.
std::string product_key(const domain::Enrollment& enrollment) {
  const domain::Attestation& attestation = enrollment.attestation;
  const bool members = std::holds_alternative<domain::ProductSecret>(attestation) ||
                       std::holds_alternative<domain::MemberPasswords>(attestation);
  return members && enrollment.kind == EnrollmentKind::kGroup ? enrollment.id.key() : std::string();
}

// Its members name no scope. Which scope has it is nobody's business but that scope's.
Result<void> product_must_be_free(Connection& connection, const std::string& product,
                                  const domain::Enrollment& enrollment) {
  if (product.empty()) return {};
  Result<void> turn = connection.lock("products");  // one for all: ids that overlap differ
  if (!turn) return turn;
  BERTH_TRY(const bool taken, connection.execute(kProductElsewhere,
                                                 {Value(product), Value(enrollment.scope.text())}));
  if (!taken) return must_overlap_nobody(connection, product, enrollment);
  return Fail(ErrorKind::kConflict,
              enrollment_subject(enrollment.kind, enrollment.id).text() +
                  " exists already: another scope has one of that id with members",
              "choose another id");
}

// A group without members has no roster.
Result<std::uint64_t> with_roster(Connection& connection, const std::string& product,
                                  const domain::Enrollment& enrollment,
                                  Result<std::uint64_t> version) {
  if (!version || enrollment.kind != EnrollmentKind::kGroup) return version;
  const Result<void> done = product.empty()
                                ? remove_roster(connection, enrollment.scope, enrollment.id.key())
                                : make_roster(connection, enrollment.scope, product);
  if (!done) return Fail(done.error());
  return version;
}

// A challenge proves that a TPM holds the keys which the enrollment named when it was made.
Result<std::uint64_t> with_new_keys(Connection& connection, const domain::Enrollment& enrollment,
                                    Result<std::uint64_t> version) {
  const bool tpm = std::holds_alternative<domain::TpmKeys>(enrollment.attestation);
  if (!version || !tpm || enrollment.kind != EnrollmentKind::kIndividual) return version;
  const Result<void> removed = remove_challenge(connection, enrollment.scope, enrollment.id.key());
  if (!removed) return Fail(removed.error());
  return version;
}

// A group is part of its scope's snapshot, an individual enrollment is not.
Result<std::uint64_t> with_bump(Connection& connection, const domain::ScopeId& scope,
                                EnrollmentKind kind, Result<std::uint64_t> version) {
  if (!version || kind != EnrollmentKind::kGroup) return version;
  const Result<void> bumped = bump_scope(connection, scope.text());
  if (!bumped) return Fail(bumped.error());
  return version;
}

}  // namespace

Result<std::uint64_t> apply(Connection& connection, const management::PutEnrollment& put,
                            const Expectation& expectation) {
  const domain::Enrollment& enrollment = put.record;
  const std::string& scope = enrollment.scope.text();
  const std::string_view kind = domain::to_string(enrollment.kind);
  const std::string key = enrollment.id.key();
  const std::string body = enrollment_body(enrollment);
  const std::string product = product_key(enrollment);
  const Result<void> free = product_must_be_free(connection, product, enrollment);
  if (!free) return Fail(free.error());
  const Result<void> scope_there =
      must_be_there(connection.execute(kScopeExists, {Value(scope)}), Subject{"scope", scope});
  if (!scope_there) return Fail(scope_there.error());
  const auto read = [&] {
    return read_version(
        connection.run(kEnrollmentVersion, {Value(scope), Value(kind), Value(key)}));
  };
  const auto insert = [&] {
    return connection.execute(
        kInsertEnrollment,
        {Value(scope), Value(kind), Value(key), Value(enrollment.id.text()),
         Value(enrollment.created_at), Value(enrollment.updated_at), Value(body), Value(product)});
  };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(kUpdateEnrollment,
                              {Value(scope), Value(kind), Value(key), Value(enrollment.updated_at),
                               Value(body), Value(version), Value(product)});
  };
  Result<std::uint64_t> version = put_record(
      expectation, enrollment_subject(enrollment.kind, enrollment.id), read, insert, update);
  version = with_roster(connection, product, enrollment, std::move(version));
  version = with_new_keys(connection, enrollment, std::move(version));
  return with_bump(connection, enrollment.scope, enrollment.kind, std::move(version));
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveEnrollment& removal,
                            const Expectation& expectation) {
  const std::string& scope = removal.scope.text();
  const std::string_view kind = domain::to_string(removal.ref.kind);
  const std::string key = removal.ref.id.key();
  const auto read = [&] {
    return read_version(
        connection.run(kEnrollmentVersion, {Value(scope), Value(kind), Value(key)}));
  };
  const auto remove = [&](std::uint64_t version) {
    return connection.execute(kRemoveEnrollment,
                              {Value(scope), Value(kind), Value(key), Value(version)});
  };
  BERTH_TRY(const std::uint64_t version,
            remove_record(expectation, enrollment_subject(removal.ref.kind, removal.ref.id), read,
                          remove));
  if (removal.ref.kind == EnrollmentKind::kGroup) {
    const Result<void> unlisted = remove_roster(connection, removal.scope, key);
    if (!unlisted) return Fail(unlisted.error());
  }
  return with_bump(connection, removal.scope, removal.ref.kind, version);
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveRegistration& removal,
                            const Expectation& expectation) {
  const std::string& scope = removal.scope.text();
  const std::string key = removal.id.key();
  std::string hub;
  std::string device_id;
  const auto read = [&]() -> Result<Version> {
    BERTH_TRY(Cursor row, connection.run(kRegistrationPlace, {Value(scope), Value(key)}));
    BERTH_TRY(const bool found, row.next());
    if (!found) return Version();
    hub = row.string(1);
    device_id = row.string(2);
    return Version(row.count(0));
  };
  const auto remove = [&](std::uint64_t version) -> Result<bool> {
    BERTH_TRY(const bool removed,
              connection.execute(kRemoveRegistration, {Value(scope), Value(key), Value(version)}));
    if (!removed) return false;
    const Result<void> unchallenged = remove_challenge(connection, removal.scope, key);
    if (!unchallenged) return Fail(unchallenged.error());
    {
      BERTH_TRY(Cursor row, connection.run(kRemoveDeviceOf, {Value(hub), Value(device_id),
                                                             Value(scope), Value(key)}));
      BERTH_TRY(const bool device, row.next());
      if (!device || row.text(0).empty()) return true;
    }
    const Result<void> forgotten = forget_publisher(connection, removal.scope, device_id);
    if (!forgotten) return Fail(forgotten.error());
    return true;
  };
  return remove_record(expectation, Subject{"registration", removal.id.text()}, read, remove);
}

Result<std::uint64_t> apply(Connection& connection, const management::PutRegistrationOwner& put,
                            const Expectation& expectation) {
  const std::string& scope = put.scope.text();
  const std::string key = put.id.key();
  const std::string_view kind = domain::to_string(put.owner.kind);
  const std::string owner = put.owner.id.key();
  const Result<void> owner_there = must_be_there(
      connection.execute(kEnrollmentVersion, {Value(scope), Value(kind), Value(owner)}),
      enrollment_subject(put.owner.kind, put.owner.id));
  if (!owner_there) return Fail(owner_there.error());
  std::optional<domain::Registration> stored;
  const auto read = [&]() -> Result<Version> {
    BERTH_TRY(Cursor row, connection.run(kRegistration, {Value(scope), Value(key)}));
    BERTH_TRY(const bool found, row.next());
    if (!found) return Version();
    BERTH_TRY(stored, registration_row(row));
    return Version(stored->version);
  };
  const auto update = [&](std::uint64_t version) {
    const bool same = stored->enrollment.kind == put.owner.kind &&
                      stored->enrollment.id.key() == put.owner.id.key();
    if (!same) stored->member.reset();  // it was one of the other's roster
    stored->enrollment = put.owner;
    return connection.execute(kSetOwner, {Value(scope), Value(key), Value(kind), Value(owner),
                                          Value(registration_body(*stored)), Value(version)});
  };
  const Subject subject{"registration", put.id.text()};
  const auto insert = [&]() -> Result<bool> {  // a registration is made by registering
    return Fail(ErrorKind::kNotFound, "there is no " + subject.text(),
                "list the registrations there are");
  };
  return put_record(expectation, subject, read, insert, update);
}

}  // namespace berth::store::sql
