// Operators: changes, reads, wrong passwords, and what happens to their sessions.
#include "store/sql/operators.h"

#include "store/sql/body.h"
#include "store/sql/catalog_pages.h"
#include "store/sql/catalog_put.h"
#include "store/sql/catalog_rows.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

using domain::Operator;

constexpr Sql kVersion = "SELECT version FROM operators WHERE name = $1";
constexpr Sql kInsert = R"sql(
INSERT INTO operators (name, wrong, locked_until, version, created_at, updated_at, body)
SELECT $1, 0, 0, 1, $2, $3, $4 WHERE (SELECT count(*) FROM operators) < $5
ON CONFLICT (name) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdate = R"sql(
UPDATE operators SET version = version + 1, updated_at = $2, body = $3,
                     wrong = CASE WHEN $5 = 1 THEN 0 ELSE wrong END,
                     locked_until = CASE WHEN $5 = 1 THEN 0 ELSE locked_until END
WHERE name = $1 AND version = $4 RETURNING version)sql";
constexpr Sql kRemove = "DELETE FROM operators WHERE name = $1 AND version = $2 RETURNING version";
constexpr Sql kGet = R"sql(
SELECT name, wrong, locked_until, version, created_at, updated_at, body FROM operators
WHERE name = $1)sql";
constexpr Sql kList = R"sql(
SELECT name, wrong, locked_until, version, created_at, updated_at, body FROM operators
WHERE name > $1 ORDER BY name LIMIT $2)sql";

// $2: now, $3: the end of a lock that begins now, $4: how many lock.
constexpr Sql kWrong = R"sql(
UPDATE operators
SET wrong = CASE WHEN locked_until > $2 THEN wrong
                 WHEN locked_until > 0 THEN 1
                 ELSE wrong + 1 END,
    locked_until = CASE WHEN locked_until > $2 THEN locked_until
                        WHEN (CASE WHEN locked_until > 0 THEN 1 ELSE wrong + 1 END) >= $4 THEN $3
                        ELSE 0 END
WHERE name = $1 RETURNING wrong, locked_until)sql";

constexpr Sql kSignedIn = R"sql(
UPDATE operators SET wrong = 0, locked_until = 0
WHERE name = $1 AND version = $2 AND locked_until <= $3 RETURNING version)sql";
constexpr Sql kEndSessions = R"sql(
DELETE FROM tokens WHERE operator_name = $1 AND operator_name <> '' AND id <> $2)sql";
constexpr Sql kEndSession = "DELETE FROM tokens WHERE id = $1 AND operator_name <> ''";
// Those that are over, and all but the newest $3.
constexpr Sql kEndOldSessions = R"sql(
DELETE FROM tokens
WHERE operator_name = $1 AND operator_name <> ''
  AND (created_at <= $2
       OR id NOT IN (SELECT id FROM tokens WHERE operator_name = $1 AND operator_name <> ''
                     ORDER BY created_at DESC, id LIMIT $3)))sql";

Subject subject(const std::string& name) { return Subject{"operator", name}; }

std::string operator_body(const Operator& record) {
  BodyWriter body;
  body.text("display_name", record.display_name);
  body.text("role", domain::to_string(record.role));
  if (record.scope) body.text("scope", record.scope->text());
  body.text("argon2id", record.argon2id);
  body.flag("enabled", record.enabled);
  return body.finish();
}

Result<Operator> operator_row(const Cursor& row, int at) {
  Operator record;
  record.name = row.string(at);
  record.guesses = guesses_of(row, at + 1);
  record.version = row.count(at + 3);
  record.created_at = row.time(at + 4);
  record.updated_at = row.time(at + 5);
  BodyReader body(row.text(at + 6), "operator " + record.name);
  record.display_name = body.text("display_name");
  record.role = body.choice("role", domain::parse_role, domain::Role::kViewer);
  std::optional<std::string> scope = body.optional_text("scope");
  if (scope) record.scope = domain::ScopeId::trusted(*std::move(scope));
  record.argon2id = body.text("argon2id");
  record.enabled = body.flag("enabled", false);
  Result<void> done = body.done();
  if (!done) return Fail(std::move(done).error());
  return record;
}

Result<void> end_sessions(Connection& connection, const std::string& name,
                          const std::string& except) {
  Result<bool> ended = connection.execute(kEndSessions, {Value(name), Value(except)});
  if (!ended) return Fail(std::move(ended).error());
  return {};
}

// False: somebody has made it at the same time.
Result<bool> insert_operator(Connection& connection, const Operator& record) {
  BERTH_TRY(const bool inserted,
            connection.execute(kInsert, {Value(record.name), Value(record.created_at),
                                         Value(record.updated_at), Value(operator_body(record)),
                                         Value(std::uint64_t{domain::kOperatorsMax})}));
  if (inserted) return true;
  BERTH_TRY(const Version there, read_version(connection.run(kVersion, {Value(record.name)})));
  if (there) return false;
  return Fail(ErrorKind::kTooMany,
              fmt::format("there are {} operators already", domain::kOperatorsMax),
              "delete operators that are not needed");
}

// Why nobody can be signed in.
Error refusal(Result<Operator> found, const management::PutToken& put) {
  if (!found) return std::move(found).error();
  if (found->version == put.operator_version) {
    return {ErrorKind::kTooMany, "the operator is locked after too many wrong passwords",
            fmt::format("try again in {} seconds", domain::kSignInLock.count())};
  }
  return {ErrorKind::kPreconditionFailed, "the operator was changed while signing in",
          "sign in again"};
}

}  // namespace

Result<void> lock_operators(Connection& connection) { return connection.lock("operators"); }

Result<std::uint64_t> apply(Connection& connection, const management::PutOperator& put,
                            const Expectation& expectation) {
  const Operator& record = put.record;
  const Result<void> turn = lock_operators(connection);
  if (!turn) return Fail(turn.error());
  const std::string body = operator_body(record);
  const std::int64_t forgets = record.guesses == domain::Guesses() ? 1 : 0;
  const auto read = [&] { return read_version(connection.run(kVersion, {Value(record.name)})); };
  const auto insert = [&] { return insert_operator(connection, record); };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(kUpdate, {Value(record.name), Value(record.updated_at), Value(body),
                                        Value(version), Value(forgets)});
  };
  BERTH_TRY(const std::uint64_t version,
            put_record(expectation, subject(record.name), read, insert, update));
  if (!put.ends_sessions) return version;
  const Result<void> ended = end_sessions(connection, record.name, put.except_token);
  if (!ended) return Fail(ended.error());
  return version;
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveOperator& removal,
                            const Expectation& expectation) {
  const Result<void> turn = lock_operators(connection);
  if (!turn) return Fail(turn.error());
  const auto read = [&] { return read_version(connection.run(kVersion, {Value(removal.name)})); };
  const auto remove = [&](std::uint64_t version) {
    return connection.execute(kRemove, {Value(removal.name), Value(version)});
  };
  BERTH_TRY(const std::uint64_t gone,
            remove_record(expectation, subject(removal.name), read, remove));
  const Result<void> ended = end_sessions(connection, removal.name, "");
  if (!ended) return Fail(ended.error());
  return gone;
}

Result<void> make_way_for_session(Connection& connection, const management::PutToken& put) {
  const domain::Token& token = put.record;
  Result<void> turn = lock_operators(connection);
  if (!turn) return turn;
  BERTH_TRY(const bool signed_in,
            connection.execute(kSignedIn, {Value(token.operator_name), Value(put.operator_version),
                                           Value(token.created_at)}));
  if (!signed_in) return Fail(refusal(get_operator(connection, token.operator_name), put));
  Result<bool> ended =
      connection.execute(kEndOldSessions, {Value(token.operator_name),
                                           Value(token.created_at - domain::kSessionLifetime),
                                           Value(std::uint64_t{domain::kSessionsMax - 1})});
  if (ended && !put.in_place_of.empty()) {
    ended = connection.execute(kEndSession, {Value(put.in_place_of)});
  }
  if (!ended) return Fail(std::move(ended).error());
  return {};
}

Result<Operator> get_operator(Connection& connection, const std::string& name) {
  return one_row(connection.run(kGet, {Value(name)}), operator_row, "operator", name);
}

Result<domain::Listing<Operator>> list_operators(Connection& connection, const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  return page_of(connection.run(kList, {Value(start.after), Value(start.fetch)}), operator_row,
                 start, [](const Operator& record) { return record.name; });
}

Result<domain::Guesses> operator_guessed_wrong(Connection& connection, const std::string& name,
                                               TimePoint at) {
  return one_row<domain::Guesses>(
      connection.run(kWrong, {Value(name), Value(at), Value(at + domain::kSignInLock),
                              Value(std::uint64_t{domain::kSignInGuessesMax})}),
      [](const Cursor& row, int column) {
        return Result<domain::Guesses>(guesses_of(row, column));
      },
      "operator", name);
}

}  // namespace berth::store::sql
