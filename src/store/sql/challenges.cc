#include "store/sql/challenges.h"

#include "store/sql/certificate_bodies.h"

namespace berth::store::sql {
namespace {

constexpr Sql kPut = R"sql(
INSERT INTO tpm_challenges (scope, registration_key, used, expires_at, body)
SELECT $1, $2, $3, $4, $5 WHERE EXISTS (SELECT 1 FROM scopes WHERE id = $1)
ON CONFLICT (scope, registration_key) DO UPDATE
  SET used = excluded.used, expires_at = excluded.expires_at, body = excluded.body
RETURNING used)sql";
constexpr Sql kFind = R"sql(
SELECT used, expires_at, body FROM tpm_challenges WHERE scope = $1 AND registration_key = $2)sql";
constexpr Sql kUse = R"sql(
UPDATE tpm_challenges SET used = 1 WHERE scope = $1 AND registration_key = $2 AND used = 0
RETURNING used)sql";
constexpr Sql kRemove = "DELETE FROM tpm_challenges WHERE scope = $1 AND registration_key = $2";
constexpr Sql kDrop = R"sql(
DELETE FROM tpm_challenges WHERE (scope, registration_key) IN
  (SELECT scope, registration_key FROM tpm_challenges WHERE expires_at <= $1
   ORDER BY expires_at LIMIT $2)
RETURNING used)sql";

}  // namespace

Result<void> put_challenge(Connection& connection, const domain::TpmChallenge& challenge) {
  BERTH_TRY(
      const bool put,
      connection.execute(kPut, {Value(challenge.scope.text()), Value(challenge.registration.key()),
                                Value(std::int64_t{challenge.used ? 1 : 0}),
                                Value(challenge.expires_at), Value(challenge_body(challenge))}));
  if (put) return {};
  return Fail(ErrorKind::kNotFound, "there is no scope '" + challenge.scope.text() + "'",
              "it was deleted meanwhile; list the scopes there are");
}

Result<std::optional<domain::TpmChallenge>> read_challenge_of(Connection& connection,
                                                              const std::string& scope,
                                                              const std::string& registration_key) {
  if (!can_be_stored(scope) || !can_be_stored(registration_key)) {
    return std::optional<domain::TpmChallenge>();
  }
  BERTH_TRY(Cursor row, connection.run(kFind, {Value(scope), Value(registration_key)}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<domain::TpmChallenge>();
  domain::TpmChallenge challenge;
  challenge.scope = domain::ScopeId::trusted(scope);
  challenge.used = row.number(0) != 0;
  challenge.expires_at = row.time(1);
  BERTH_TRY(challenge, read_challenge(row.text(2), std::move(challenge)));
  return std::optional<domain::TpmChallenge>(std::move(challenge));
}

Result<bool> use_challenge(Connection& connection, const domain::ScopeId& scope,
                           const std::string& registration_key) {
  return connection.execute(kUse, {Value(scope.text()), Value(registration_key)});
}

Result<void> remove_challenge(Connection& connection, const domain::ScopeId& scope,
                              const std::string& registration_key) {
  Result<bool> removed =
      connection.execute(kRemove, {Value(scope.text()), Value(registration_key)});
  if (!removed) return Fail(std::move(removed).error());
  return {};
}

Result<bool> drop_challenges(Connection& connection, TimePoint now, std::size_t count_max) {
  return connection.execute(kDrop, {Value(now), Value(std::uint64_t{count_max})});
}

}  // namespace berth::store::sql
