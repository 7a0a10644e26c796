// The accounts of scopes, as operators change them and as hubs look them up.
#include "store/sql/accounts.h"

#include "base/codec.h"
#include "domain/data.h"
#include "store/sql/catalog_put.h"
#include "store/sql/catalog_rows.h"
#include "store/sql/password_bodies.h"
#include "store/sql/publishers.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

using domain::Account;

constexpr Sql kScopeExists = "SELECT 1 FROM scopes WHERE id = $1";
constexpr Sql kVersion = "SELECT version FROM accounts WHERE key = $1 AND scope = $2";
constexpr Sql kElsewhere = "SELECT 1 FROM accounts WHERE key = $1 AND scope <> $2";
constexpr Sql kInsert = R"sql(
INSERT INTO accounts (key, scope, email, id, wrong, locked_until, version, created_at, updated_at,
                      body)
SELECT $1, $2, $3, $4, 0, 0, 1, $5, $6, $7
WHERE (SELECT count(*) FROM accounts WHERE scope = $2) < $8
ON CONFLICT (key) DO NOTHING RETURNING version)sql";
constexpr Sql kUpdate = R"sql(
UPDATE accounts SET version = version + 1, updated_at = $3, body = $4,
                    wrong = CASE WHEN $6 = 1 THEN 0 ELSE wrong END,
                    locked_until = CASE WHEN $6 = 1 THEN 0 ELSE locked_until END
WHERE key = $1 AND scope = $2 AND version = $5 RETURNING version)sql";
constexpr Sql kRemove = R"sql(
DELETE FROM accounts WHERE key = $1 AND scope = $2 AND version = $3 RETURNING id)sql";
constexpr Sql kGet = R"sql(
SELECT scope, email, id, wrong, locked_until, version, created_at, updated_at, body FROM accounts
WHERE key = $1 AND scope = $2)sql";
constexpr Sql kFind = R"sql(
SELECT scope, email, id, wrong, locked_until, version, created_at, updated_at, body FROM accounts
WHERE key = $1)sql";
constexpr Sql kOfScope = R"sql(
SELECT scope, email, id, wrong, locked_until, version, created_at, updated_at, body FROM accounts
WHERE scope = $1 ORDER BY key LIMIT $2)sql";

Subject account_subject(const std::string& email) { return Subject{"account", email}; }

Result<Account> account_row(const Cursor& row, int at) {
  Account account;
  account.scope = domain::ScopeId::trusted(row.string(at));
  account.email = row.string(at + 1);
  account.id = domain::ObjectId::trusted(row.string(at + 2));
  account.guesses = guesses_of(row, at + 3);
  account.version = row.count(at + 5);
  account.created_at = row.time(at + 6);
  account.updated_at = row.time(at + 7);
  return read_account(row.text(at + 8), std::move(account));
}

Result<std::optional<Account>> first_account(Result<Cursor> row) {
  if (!row) return Fail(std::move(row).error());
  BERTH_TRY(const bool found, row->next());
  if (!found) return std::optional<Account>();
  BERTH_TRY(Account account, account_row(*row, 0));
  return std::optional<Account>(std::move(account));
}

// False: somebody has made it at the same time. Which scope has an address is nobody's business but
// that scope's.
Result<bool> insert_account(Connection& connection, const Account& account) {
  const std::string key = base::ascii_lower(account.email);
  const std::string& scope = account.scope.text();
  BERTH_TRY(const bool taken, connection.execute(kElsewhere, {Value(key), Value(scope)}));
  if (taken) {
    return Fail(ErrorKind::kConflict,
                account_subject(account.email).text() + " exists already in another scope",
                "choose another address");
  }
  BERTH_TRY(const bool inserted,
            connection.execute(kInsert, {Value(key), Value(scope), Value(account.email),
                                         Value(account.id.text()), Value(account.created_at),
                                         Value(account.updated_at), Value(account_body(account)),
                                         Value(std::uint64_t{domain::kAccountsMax})}));
  if (inserted) return true;
  BERTH_TRY(const std::vector<Account> others, read_accounts(connection, account.scope));
  if (others.size() < domain::kAccountsMax) return false;
  return Fail(ErrorKind::kTooMany,
              fmt::format("scope '{}' has {} accounts already", scope, domain::kAccountsMax),
              "delete accounts that are not needed");
}

}  // namespace

// Id and spelling of the address stay those of the first. Guesses are forgotten when the record has
// none, and otherwise stay as they are: more may have been counted since it was read.
Result<std::uint64_t> apply(Connection& connection, const management::PutAccount& put,
                            const Expectation& expectation) {
  const Account& account = put.record;
  const std::string key = base::ascii_lower(account.email);
  const std::string& scope = account.scope.text();
  const Result<void> turn = connection.lock("accounts/" + scope);
  if (!turn) return Fail(turn.error());
  const Result<void> scope_there =
      must_be_there(connection.execute(kScopeExists, {Value(scope)}), Subject{"scope", scope});
  if (!scope_there) return Fail(scope_there.error());
  const std::int64_t forgets = account.guesses == domain::Guesses() ? 1 : 0;
  const auto read = [&] {
    return read_version(connection.run(kVersion, {Value(key), Value(scope)}));
  };
  const auto insert = [&] { return insert_account(connection, account); };
  const auto update = [&](std::uint64_t version) {
    return connection.execute(
        kUpdate, {Value(key), Value(scope), Value(account.updated_at), Value(account_body(account)),
                  Value(version), Value(forgets)});
  };
  return put_record(expectation, account_subject(account.email), read, insert, update);
}

Result<std::uint64_t> apply(Connection& connection, const management::RemoveAccount& removal,
                            const Expectation& expectation) {
  const std::string key = base::ascii_lower(removal.email);
  const std::string& scope = removal.scope.text();
  const auto read = [&] {
    return read_version(connection.run(kVersion, {Value(key), Value(scope)}));
  };
  const auto remove = [&](std::uint64_t version) -> Result<bool> {
    std::string publisher(domain::kAccountPrefix);
    {
      BERTH_TRY(Cursor row, connection.run(kRemove, {Value(key), Value(scope), Value(version)}));
      BERTH_TRY(const bool removed, row.next());
      if (!removed) return false;
      publisher += row.text(0);
    }
    const Result<void> forgotten = forget_publisher(connection, removal.scope, publisher);
    if (!forgotten) return Fail(forgotten.error());
    return true;
  };
  return remove_record(expectation, account_subject(removal.email), read, remove);
}

Result<Account> get_account(Connection& connection, const std::string& scope,
                            const std::string& email) {
  BERTH_TRY(std::optional<Account> account,
            first_account(connection.run(kGet, {Value(base::ascii_lower(email)), Value(scope)})));
  if (account) return *std::move(account);
  return Fail(ErrorKind::kNotFound, "there is no " + account_subject(email).text(),
              "list the accounts there are");
}

Result<domain::Listing<Account>> list_accounts(Connection& connection, const std::string& scope) {
  domain::Listing<Account> listing;
  BERTH_TRY(listing.items, read_accounts(connection, domain::ScopeId::trusted(scope)));
  return listing;
}

Result<std::optional<Account>> find_account(Connection& connection, const std::string& email) {
  if (!can_be_stored(email)) return std::optional<Account>();
  return first_account(connection.run(kFind, {Value(base::ascii_lower(email))}));
}

Result<std::vector<Account>> read_accounts(Connection& connection, const domain::ScopeId& scope) {
  BERTH_TRY(Cursor rows, connection.run(kOfScope, {Value(scope.text()),
                                                   Value(std::uint64_t{domain::kAccountsMax})}));
  return all_rows(rows, account_row);
}

}  // namespace berth::store::sql
