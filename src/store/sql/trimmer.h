// Keeps the number of trails bounded: counts what is written and, now and then, drops the oldest.
// Likewise, now and then, the challenges for TPMs that are over.
//
// Room store/sql. The search for the surplus is a scan on a thread of the store; the drops are lazy
// units of a few hundred rows, so that no commit waits long behind one. One round at a time for
// each class of trails. Several servers on one database each do it; that is wasteful, not wrong.
// Thread rule: wrote() from any thread. Outlives the runner's last unit.
#pragma once

#include "base/clock.h"
#include "store/sql/history.h"
#include "store/sql/runner.h"

#include <atomic>

namespace berth::store::sql {

class Trimmer {
 public:
  Trimmer(Runner& runner, const StoreOptions& options, const Clock& clock);

  // Trails of that class were written (or will be in a moment).
  void wrote(TrailClass which, std::size_t count);
  // A challenge was written, or will be.
  void challenged();

 private:
  struct Bound {
    TrailClass which;
    std::size_t count_max;
    std::atomic<std::size_t> written_since{0};
    std::atomic<bool> busy{false};
  };

  Bound& bound(TrailClass which) { return which == TrailClass::kAssigned ? assigned_ : failed_; }
  void look(Bound& bound);
  void drop(Bound& bound, std::string newest);
  void drop_over(TimePoint now);

  Runner& runner_;
  const Clock& clock_;
  Bound assigned_;
  Bound failed_;
  std::atomic<std::size_t> challenged_since_{0};
  std::atomic<bool> challenges_busy_{false};
};

}  // namespace berth::store::sql
