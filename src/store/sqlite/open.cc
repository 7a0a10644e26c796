#include "store/sqlite/open.h"

#include "store/sql/inline_runner.h"
#include "store/sql/migrations.h"
#include "store/sql/sql_store.h"
#include "store/sqlite/runner.h"

#include <fmt/format.h>

namespace berth::store::sqlite {
namespace {

constexpr std::string_view kKind = "sqlite";

Result<std::unique_ptr<sql::Runner>> start(std::unique_ptr<Connection> connection,
                                           const Options& settings, const StoreOptions& options,
                                           const Clock& clock) {
  if (options.inline_runner) {
    return std::make_unique<sql::InlineRunner>(std::move(connection), clock);
  }
  connection.reset();
  Runner::Limits limits;
  limits.queue_units_max = options.queue_units_max;
  limits.group_units_max = options.group_units_max;
  limits.lazies_max = options.refusals_waiting_max;
  BERTH_TRY(std::unique_ptr<Runner> runner, Runner::start(settings, limits, clock));
  return runner;
}

}  // namespace

Result<std::unique_ptr<Store>> open(const Options& settings, const StoreOptions& options,
                                    const Clock& clock) {
  BERTH_TRY(std::unique_ptr<Connection> connection, Connection::open(settings));
  Result<void> migrated = sql::migrate(*connection);
  if (!migrated) return Fail(std::move(migrated).error());
  BERTH_TRY(std::unique_ptr<sql::Runner> runner,
            start(std::move(connection), settings, options, clock));
  return std::make_unique<sql::SqlStore>(kKind, std::move(runner), options, clock);
}

Result<std::unique_ptr<Store>> open(std::string_view path, const StoreOptions& options,
                                    const Clock& clock) {
  if (path.empty()) {
    return Fail(ErrorKind::kInvalid, "the store URL 'sqlite:' names no file",
                "write sqlite:PATH, for example sqlite:/var/lib/berth/berth.db");
  }
  if (path == ":memory:" && !options.inline_runner) {
    return Fail(ErrorKind::kInvalid, "a database in memory cannot be shared between threads",
                "give a file, or use the inline runner");
  }
  Options settings;
  settings.path = std::string(path);
  settings.busy_timeout = options.busy_timeout;
  return open(settings, options, clock).map_error([&](Error error) {
    error.what += fmt::format(", file '{}'", path);
    return error;
  });
}

}  // namespace berth::store::sqlite
