// Walks the records of a selection, newest first, and the channels that have one, in their order.
// What an index can narrow is in the statement: publisher, span of channels, span of times; the
// rest is decided here, row by row.
//
// Room store/sql. Rows are fetched in batches without their data, so memory is bounded however many
// rows there are. A few publishers are walked side by side; for many, all of the scope is walked.
// Ownership: both view the connection and the selection. Thread rule: the thread of the connection.
#pragma once

#include "hub/ports/data_records.h"
#include "store/sql/connection.h"

#include <deque>
#include <limits>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace berth::store::sql {

// Of a record that never expires.
inline constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

// Columns: id, scope, publisher, channel, at, expires_at, private.
domain::Record record_row(const Cursor& row);

// What of a selection a statement can be given.
struct RecordSpan {
  std::string channel_first;  // inclusive, both
  std::string channel_last;
  std::int64_t at_first = 0;  // inclusive, both
  std::int64_t at_last = 0;
  bool one_channel = false;  // the mask has no wildcard
};
RecordSpan span_of(const hub::RecordSelection& selection);

class RecordScan {
 public:
  RecordScan(Connection& connection, const hub::RecordSelection& selection);

  // The next one, without its data; none at the end.
  Result<std::optional<domain::Record>> next();

 private:
  // The records of one publisher, or of the scope.
  struct Source {
    std::string publisher;  // empty: all
    std::deque<domain::Record> ready;
    std::int64_t at = 0;  // where the next batch begins: behind this
    std::string id;
    bool ended = false;
  };

  Result<void> fetch_by_ids();
  Result<void> fill(Source& source);
  Result<Cursor> run(const Source& source);
  bool wanted(const domain::Record& record) const;
  bool readable(const domain::Record& record) const;

  Connection& connection_;
  const hub::RecordSelection& selection_;
  const RecordSpan span_;
  std::unordered_set<std::string> publishers_;  // when all of the scope is walked for some of it
  std::unordered_set<std::int64_t> times_;
  std::vector<Source> sources_;
  std::size_t batch_ = 0;
};

class ChannelScan {
 public:
  ChannelScan(Connection& connection, const hub::RecordSelection& selection);

  // The next one that the mask matches; none at the end.
  Result<std::optional<std::string>> next();

 private:
  struct Source {
    std::string publisher;  // empty: all
    std::deque<std::string> ready;
    std::string from;  // the next batch begins with it
    bool ended = false;
  };

  Result<void> fetch_by_records();
  Result<void> fill(Source& source);
  Result<Cursor> run(const Source& source);

  Connection& connection_;
  const hub::RecordSelection& selection_;
  const RecordSpan span_;
  std::vector<Source> sources_;
  std::size_t batch_ = 0;
};

}  // namespace berth::store::sql
