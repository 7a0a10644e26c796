// Records that devices published: mutable, unlike the event log. Implemented in store/.
//
// Room hub/ports. Errors: kNotFound as named, kUnavailable, kInternal. Thread rule: called from any
// io_context; the Task completes on the caller's executor.
#pragma once

#include "base/task.h"
#include "domain/data.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::hub {

// What to write. A record whose id is given replaces that one if it is of the same publisher;
// else one of the same publisher, channel and time is replaced and keeps its id.
struct RecordsWrite {
  std::vector<domain::Record> records;  // ids are new ones, or those to replace
  std::size_t per_publisher_max = 0;    // the oldest beyond it are dropped; 0: no bound
};

// Which records. Those that have expired at `now` never count.
struct RecordSelection {
  domain::ScopeId scope;
  std::vector<std::string> publishers;  // empty: all of the scope
  std::string reader;                   // private records only if of this publisher; empty: all
  std::string mask = "#";
  std::vector<std::string> ids;     // lower-case; empty: any
  std::vector<TimePoint> at;        // empty: any
  std::optional<TimePoint> before;  // exclusive
  std::optional<TimePoint> after;   // exclusive
  TimePoint now;
};

class DataRecords {
 public:
  virtual ~DataRecords() = default;
  // The ids under which they are kept, in order; all or none, durable.
  virtual Task<Result<std::vector<domain::ObjectId>>> put(std::unique_ptr<RecordsWrite> write) = 0;
  virtual Task<Result<std::optional<domain::Record>>> find(domain::ScopeId scope,
                                                           std::string id) = 0;
  // Newest first by `at`, then by id; at most count_max (1..1000) from `offset` on.
  virtual Task<Result<std::vector<domain::Record>>> select(RecordSelection selection,
                                                           std::uint64_t offset,
                                                           std::size_t count_max) = 0;
  // How many were removed; durable.
  virtual Task<Result<std::uint64_t>> remove(RecordSelection selection) = 0;
  // Channels that have such a record, ordered, without doubles.
  virtual Task<Result<std::vector<std::string>>> channels(RecordSelection selection,
                                                          std::uint64_t offset,
                                                          std::size_t count_max) = 0;
  // Drops what has expired; how many.
  virtual Task<Result<std::uint64_t>> drop_expired(TimePoint now, std::size_t count_max) = 0;
};

}  // namespace berth::hub
