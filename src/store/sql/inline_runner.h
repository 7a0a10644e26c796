// The runner without threads: every unit runs at once in the caller's thread, in a transaction of
// its own. For tests and simulation, over the connection of any driver.
//
// Room store/sql. Owns its connection. Thread rule: one thread.
#pragma once

#include "store/sql/counters.h"
#include "store/sql/runner.h"

namespace berth::store::sql {

class InlineRunner final : public Runner {
 public:
  InlineRunner(std::unique_ptr<Connection> connection, const Clock& clock);

  bool is_inline(Lane lane) const override;
  void execute(Lane lane, Unit& unit) override;
  void submit(Lane lane, std::unique_ptr<Unit> unit) override;
  StoreStats stats() const override { return counters_.snapshot(); }
  bool ready() const override { return connection_ != nullptr; }
  void close() override { connection_.reset(); }

 private:
  Result<void> transact(Lane lane, Unit& unit);

  std::unique_ptr<Connection> connection_;
  const Clock& clock_;
  Counters counters_;
};

}  // namespace berth::store::sql
