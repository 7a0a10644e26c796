// Tokens, and the sessions among them.
#include "store/sql/bodies.h"
#include "store/sql/catalog_pages.h"
#include "store/sql/catalog_put.h"
#include "store/sql/catalog_rows.h"
#include "store/sql/operators.h"

namespace berth::store::sql {
namespace {

constexpr Sql kVersion = "SELECT version FROM tokens WHERE id = $1";
constexpr Sql kInsert = R"sql(
INSERT INTO tokens (id, scope, version, created_at, operator_name, body)
VALUES ($1, $2, 1, $3, $4, $5) ON CONFLICT (id) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdate = R"sql(
UPDATE tokens SET scope = $2, version = version + 1, body = $3
WHERE id = $1 AND version = $4 RETURNING version)sql";
constexpr Sql kRemove = "DELETE FROM tokens WHERE id = $1 AND version = $2 RETURNING version";

constexpr Sql kGet = R"sql(
SELECT id, scope, version, created_at, operator_name, body FROM tokens WHERE id = $1)sql";
constexpr Sql kList = R"sql(
SELECT id, scope, version, created_at, operator_name, body FROM tokens
WHERE id > $1 AND operator_name = '' ORDER BY id LIMIT $2)sql";

}  // namespace

Result<std::uint64_t> apply(Connection& connection, const management::PutToken& put,
                            const Expectation& expectation) {
  const domain::Token& token = put.record;
  if (!token.operator_name.empty()) {
    const Result<void> room = make_way_for_session(connection, put);
    if (!room) return Fail(room.error());
  }
  const std::string scope = token.scope ? token.scope->text() : std::string();
  const std::string body = token_body(token);
  const auto read = [&] { return read_version(connection.run(kVersion, {Value(token.id)})); };
  const auto insert = [&] {
    return connection.execute(kInsert, {Value(token.id), Value(scope), Value(token.created_at),
                                        Value(token.operator_name), Value(body)});
  };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(kUpdate,
                              {Value(token.id), Value(scope), Value(body), Value(version)});
  };
  return put_record(expectation, Subject{"token", token.id}, read, insert, update);
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveToken& removal,
                            const Expectation& expectation) {
  const auto read = [&] { return read_version(connection.run(kVersion, {Value(removal.id)})); };
  const auto remove = [&](std::uint64_t version) {
    return connection.execute(kRemove, {Value(removal.id), Value(version)});
  };
  return remove_record(expectation, Subject{"token", removal.id}, read, remove);
}

Result<domain::Token> get_token(Connection& connection, const std::string& id) {
  return one_row(connection.run(kGet, {Value(id)}), token_row, "token", id);
}

Result<domain::Listing<domain::Token>> list_tokens(Connection& connection,
                                                   const domain::Page& page) {
  BERTH_TRY(PageStart start, read_page(page));
  return page_of(connection.run(kList, {Value(start.after), Value(start.fetch)}), token_row, start,
                 [](const domain::Token& token) { return token.id; });
}

}  // namespace berth::store::sql
