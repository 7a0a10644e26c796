#include "store/sql/trimmer.h"

#include "base/log.h"
#include "store/sql/challenges.h"

#include <algorithm>

namespace berth::store::sql {
namespace {

constexpr std::size_t kDropAtOnce = 256;
// How many challenges are written between two looks for those that are over.
constexpr std::size_t kChallengesBetween = 64;
constexpr std::string_view kTrailsEvent = "store.trails_not_dropped";
constexpr std::string_view kChallengesEvent = "store.challenges_not_dropped";

// How far the count may run over its bound before somebody looks.
std::size_t slack(std::size_t count_max) { return std::max<std::size_t>(1, count_max / 50); }

void warn(std::string_view event, const Error& error) {
  if (error.kind == ErrorKind::kUnavailable) return;  // closing, or busy: the next round comes
  log::warn(event, {{"error", error.what}, {"mend", error.mend}});
}

}  // namespace

Trimmer::Trimmer(Runner& runner, const StoreOptions& options, const Clock& clock)
    : runner_(runner),
      clock_(clock),
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
    if (!surplus) warn(kTrailsEvent, surplus.error());
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
    if (!dropped) warn(kTrailsEvent, dropped.error());
    bounded.busy.store(false, std::memory_order_release);
  };
  run_detached<bool>(runner_, Lane::kLazy, work, then);
}

void Trimmer::challenged() {
  const std::size_t before = challenged_since_.fetch_add(1, std::memory_order_relaxed);
  if (before + 1 < kChallengesBetween) return;
  if (challenges_busy_.exchange(true, std::memory_order_acq_rel)) return;
  challenged_since_.store(0, std::memory_order_relaxed);
  drop_over(clock_.wall());
}

void Trimmer::drop_over(TimePoint now) {
  const auto work = [now](Connection& connection) {
    return drop_challenges(connection, now, kDropAtOnce);
  };
  const auto then = [this, now](Result<bool> dropped) {
    if (dropped && *dropped) return drop_over(now);
    if (!dropped) warn(kChallengesEvent, dropped.error());
    challenges_busy_.store(false, std::memory_order_release);
  };
  run_detached<bool>(runner_, Lane::kLazy, work, then);
}

}  // namespace berth::store::sql
