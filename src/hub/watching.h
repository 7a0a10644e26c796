// A connection's watches, and telling those who watch of a record.
//
// Room hub. Watching: one for each connection that has used it, owned by its attachment and used by
// it alone; ends its watches when it goes. Thread rule: as the attachment; the rest any io_context.
#pragma once

#include "base/task.h"
#include "domain/hub_operations.h"
#include "hub/callers.h"
#include "hub/watchers.h"

#include <memory>
#include <string>
#include <vector>

namespace berth::hub {

struct Core;
class Connection;

class Watching {
 public:
  Watching(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection);
  ~Watching();
  Watching(const Watching&) = delete;
  Watching& operator=(const Watching&) = delete;

  // Replaces the watch of the same filter. HubDone; refused: kTopicForbidden (no mask, or too many
  // watches), kNotPermitted (a device it names and may not read).
  Task<domain::HubResult> watch(domain::WatchRecords command);
  void unwatch(const std::string& filter);

 private:
  const std::shared_ptr<Core> core_;
  const std::shared_ptr<Connection> connection_;
  std::vector<WatchPtr> watches_;
};

// Everybody who watches and may read it now is told; one that is too slow misses it. `publisher`
// is null when it is an account.
Task<void> deliver_record(std::shared_ptr<Core> core, const domain::Record& record,
                          const domain::Device* publisher);

// Watches of controllers follow what these control.
Task<void> follow_control(std::shared_ptr<Core> core);

}  // namespace berth::hub
