#include "store/sql/publishers.h"

#include "domain/data.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

// $3: the id of the account, when the publisher's name is an account's.
constexpr Sql kCount = R"sql(
INSERT INTO data_publishers (scope, publisher, records)
SELECT $1, $2, $4
WHERE EXISTS (SELECT 1 FROM devices WHERE id = $2 AND group_key <> '' AND scope = $1)
   OR EXISTS (SELECT 1 FROM accounts WHERE id = $3 AND scope = $1)
ON CONFLICT (scope, publisher) DO UPDATE
  SET records = data_publishers.records + excluded.records
RETURNING records)sql";
constexpr Sql kUncount = R"sql(
UPDATE data_publishers SET records = records - $3 WHERE scope = $1 AND publisher = $2)sql";
constexpr Sql kForget = R"sql(
DELETE FROM data_publishers
WHERE scope = $1 AND publisher = $2
  AND NOT EXISTS (SELECT 1 FROM devices WHERE id = $2 AND group_key <> '' AND scope = $1)
  AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = $3 AND scope = $1)
RETURNING records)sql";
constexpr Sql kRemoveRecords = "DELETE FROM data_records WHERE scope = $1 AND publisher = $2";

std::string_view account_id(std::string_view publisher) {
  if (!publisher.starts_with(domain::kAccountPrefix)) return {};
  return publisher.substr(domain::kAccountPrefix.size());
}

}  // namespace

Result<void> lock_publisher(Connection& connection, const domain::ScopeId& scope,
                            const std::string& publisher) {
  return connection.lock(fmt::format("publisher/{}/{}", scope.text(), publisher));
}

Result<std::uint64_t> count_published(Connection& connection, const domain::ScopeId& scope,
                                      const std::string& publisher, std::int64_t added) {
  BERTH_TRY(Cursor row, connection.run(kCount, {Value(scope.text()), Value(publisher),
                                                Value(account_id(publisher)), Value(added)}));
  BERTH_TRY(const bool counted, row.next());
  if (counted) return row.count(0);
  return Fail(ErrorKind::kNotFound,
              fmt::format("there is no '{}' in scope '{}' that could publish",
                          base::printable(publisher, 128), scope.text()),
              "it was removed meanwhile");
}

Result<void> count_removed(Connection& connection, const domain::ScopeId& scope,
                           const std::string& publisher, std::uint64_t removed) {
  Result<bool> counted =
      connection.execute(kUncount, {Value(scope.text()), Value(publisher), Value(removed)});
  if (!counted) return Fail(std::move(counted).error());
  return {};
}

Result<void> forget_publisher(Connection& connection, const domain::ScopeId& scope,
                              const std::string& publisher) {
  Result<void> turn = lock_publisher(connection, scope, publisher);
  if (!turn) return turn;
  BERTH_TRY(const bool forgotten,
            connection.execute(
                kForget, {Value(scope.text()), Value(publisher), Value(account_id(publisher))}));
  if (!forgotten) return {};
  Result<bool> removed =
      connection.execute(kRemoveRecords, {Value(scope.text()), Value(publisher)});
  if (!removed) return Fail(std::move(removed).error());
  return {};
}

}  // namespace berth::store::sql
