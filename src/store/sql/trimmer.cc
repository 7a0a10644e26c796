#include "store/sql/trimmer.h"

#include "base/log.h"

#include <algorithm>

namespace berth::store::sql {
namespace {

constexpr std::size_t kDropAtOnce = 256;

// How far the count may run over its bound before somebody looks.
std::size_t slack(std::size_t count_max) { return std::max<std::size_t>(1, count_max / 50); }

void warn(const Error& error) {
  if (error.kind == ErrorKind::kUnavailable) return;  // closing, or busy: the next round comes
  log::warn("store.trails_not_dropped", {{"error", error.what}, {"mend", error.mend}});
}

}  // namespace

Trimmer::Trimmer(Runner& runner, const StoreOptions& options)
    : runner_(runner),
      assigned_{TrailClass::kAssigned, options.assigned_trails_max},
      failed_{TrailClass::kFailed, options.refused_trails_max} {}

void Trimmer::wrote(TrailClass which, std::size_t count) {
  Bound& bounded = bound(which);
  const std::size_t before = bounded.written_since.fetch_add(count, std::memory_order_relaxed);
  if (before + count < slack(bounded.count_max)) return;
  if (bounded.busy.exchange(true, std::memory_order_acq_rel)) return;
  bounded.written_since.store(0, std::memory_order_relaxed);
  look(bounded);
}

void Trimmer::look(Bound& bounded) {
  const auto search = [which = bounded.which,
                       count_max = bounded.count_max](Connection& connection) {
    return trails_surplus(connection, which, count_max);
  };
  const auto then = [this, &bounded](Result<std::optional<std::string>> surplus) {
    if (surplus && *surplus) return drop(bounded, **std::move(surplus));
    if (!surplus) warn(surplus.error());
    bounded.busy.store(false, std::memory_order_release);
  };
  run_detached<std::optional<std::string>>(runner_, Lane::kScan, search, then);
}

void Trimmer::drop(Bound& bounded, std::string newest) {
  const auto work = [which = bounded.which, newest](Connection& connection) {
    return drop_trails(connection, which, newest, kDropAtOnce);
  };
  const auto then = [this, &bounded, newest](Result<bool> dropped) {
    if (dropped && *dropped) return drop(bounded, newest);
    if (!dropped) warn(dropped.error());
    bounded.busy.store(false, std::memory_order_release);
  };
  run_detached<bool>(runner_, Lane::kLazy, work, then);
}

}  // namespace berth::store::sql
