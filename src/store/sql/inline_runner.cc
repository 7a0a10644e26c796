#include "store/sql/inline_runner.h"

namespace berth::store::sql {

InlineRunner::InlineRunner(std::unique_ptr<Connection> connection, const Clock& clock)
    : connection_(std::move(connection)), clock_(clock) {}

bool InlineRunner::is_inline(Lane) const { return true; }

void InlineRunner::submit(Lane lane, std::unique_ptr<Unit> unit) { execute(lane, *unit); }

void InlineRunner::execute(Lane lane, Unit& unit) {
  Result<void> outcome = transact(lane, unit);
  if (!outcome) Counters::add(counters_.units_failed);
  unit.finish(std::move(outcome));
}

Result<void> InlineRunner::transact(Lane lane, Unit& unit) {
  if (connection_ == nullptr) {
    Counters::add(counters_.units_rejected);
    return Fail(ErrorKind::kUnavailable, "the store is closed", "start the server again");
  }
  if (lane == Lane::kRead) {
    Counters::add(counters_.reads);
    return unit.run(*connection_);
  }
  const bool reads = lane == Lane::kScan;
  const Instant begun = clock_.monotonic();
  Result<void> started = connection_->begin(reads ? Access::kRead : Access::kWrite);
  if (!started) return started;
  Result<void> ran = unit.run(*connection_);
  if (!ran || reads) {
    connection_->rollback();
    if (reads) Counters::add(counters_.reads);
    return ran;
  }
  Result<void> committed = connection_->commit();
  if (!committed) {
    connection_->rollback();
    Counters::add(counters_.commit_failures);
    return committed;
  }
  counters_.committed(1, clock_.monotonic() - begun);
  return {};
}

}  // namespace berth::store::sql
