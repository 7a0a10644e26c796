#include "store/postgres/open.h"

#include "store/postgres/connection.h"
#include "store/postgres/runner.h"
#include "store/sql/inline_runner.h"
#include "store/sql/migrations.h"
#include "store/sql/sql_store.h"

#include <fmt/format.h>
#include <libpq-fe.h>

namespace berth::store::postgres {
namespace {

constexpr std::string_view kKind = "postgresql";

// libpq's own message may quote a part of the URL, and that part may be the password.
Result<void> check_url(const std::string& url) {
  PQconninfoOption* parsed = PQconninfoParse(url.c_str(), nullptr);
  if (parsed != nullptr) {
    PQconninfoFree(parsed);
    return {};
  }
  return Fail(ErrorKind::kInvalid, "the PostgreSQL URL of the store cannot be read",
              "write postgresql://USER:PASSWORD@HOST:PORT/DATABASE and percent-encode "
              "special characters in each part");
}

}  // namespace

Result<std::unique_ptr<Store>> open(const StoreOptions& options, const Clock& clock) {
  Result<void> valid = check_url(options.url);
  if (!valid) return Fail(std::move(valid).error());
  if (options.postgres_connections < 2) {
    return Fail(ErrorKind::kInvalid, "the store needs at least 2 PostgreSQL connections",
                "raise the number of connections");
  }
  Settings settings;
  settings.url = options.url;
  settings.connect_timeout = options.postgres_connect_timeout;
  settings.statement_timeout = options.postgres_statement_timeout;
  BERTH_TRY(std::unique_ptr<Connection> connection, Connection::open(settings));
  Result<void> migrated = sql::migrate(*connection);
  if (!migrated) return Fail(std::move(migrated).error());
  std::unique_ptr<sql::Runner> runner;
  if (options.inline_runner) {
    runner = std::make_unique<sql::InlineRunner>(std::move(connection), clock);
  } else {
    connection.reset();
    Runner::Limits limits;
    limits.queue_units_max = options.queue_units_max;
    limits.group_units_max = options.group_units_max;
    limits.lazies_max = options.refusals_waiting_max;
    limits.connections = options.postgres_connections;
    limits.wait_max = options.postgres_wait_max;
    runner = std::make_unique<Runner>(settings, limits, clock);
  }
  return std::make_unique<sql::SqlStore>(kKind, std::move(runner), options, clock);
}

}  // namespace berth::store::postgres
