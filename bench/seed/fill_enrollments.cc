#include "bench/seed/fill.h"
#include "bench/seed/records.h"
#include "store/sql/catalog_rows.h"
#include "store/sqlite/connection.h"

#include <functional>

namespace berth::bench::seed {
namespace {

using Make = std::function<std::unique_ptr<management::Change>(std::uint64_t)>;

constexpr std::uint64_t kPerTransaction = 5000;

Result<void> put_some(store::sqlite::Connection& connection, const Make& make, std::uint64_t from,
                      std::uint64_t to, Progress& progress) {
  Result<void> begun = connection.begin(store::sql::Access::kWrite);
  if (!begun) return begun;
  for (std::uint64_t i = from; i < to; ++i) {
    const std::unique_ptr<management::Change> change = make(i);
    const Result<std::uint64_t> version = store::sql::apply_change(connection, *change);
    if (!version) return Fail(version.error());
    progress.one_more();
  }
  Result<void> committed = connection.commit();
  if (!committed) return committed;
  const Result<store::sqlite::Connection::Wal> emptied = connection.checkpoint(true);
  if (!emptied) return Fail(emptied.error());
  return {};
}

Result<void> put_all(store::sqlite::Connection& connection, const Make& make, std::uint64_t count,
                     Progress& progress) {
  for (std::uint64_t from = 0; from < count && progress.in_time(); from += kPerTransaction) {
    const std::uint64_t to = std::min(count, from + kPerTransaction);
    Result<void> put = put_some(connection, make, from, to, progress);
    if (!put) return put;
  }
  return progress.end();
}

}  // namespace

Result<void> fill_enrollments(Place& place, const Options& options, Instant until) {
  store::sqlite::Options settings;
  settings.path = place.database.string();
  BERTH_TRY(const std::unique_ptr<store::sqlite::Connection> connection,
            store::sqlite::Connection::open(settings));
  Progress groups("groups", options.groups, place.clock, until);
  const Make make_one = [&](std::uint64_t i) { return make_group(place, options, i); };
  Result<void> put = put_all(*connection, make_one, options.groups, groups);
  if (!put) return put;
  Progress individuals("individual enrollments", options.individuals, place.clock, until);
  const Make make_other = [&](std::uint64_t i) { return make_individual(place, options, i); };
  return put_all(*connection, make_other, options.individuals, individuals);
}

}  // namespace berth::bench::seed
