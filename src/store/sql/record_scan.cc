#include "store/sql/record_scan.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace berth::store::sql {
namespace {

using domain::Record;

// For more publishers than these one walk over the scope is cheaper than that many side by side.
constexpr std::size_t kSideBySideMax = 32;
constexpr std::size_t kBatchRows = 256;  // of all sources together
constexpr std::size_t kBatchRowsMin = 8;
// Behind every id, and behind everything that begins like a channel: ids are hex digits, and no
// character comes after the last one of Unicode.
constexpr std::string_view kLastId = "~";
constexpr std::string_view kLastCharacter = "\xf4\x8f\xbf\xbf";
// Before everything that a channel can go on with.
constexpr char kFirstCharacter = '\x01';

// The empty text behind `channel` keeps a planner without statistics from walking that index, whose
// order would have to be sorted.
constexpr Sql kOfPublisher = R"sql(
SELECT id, scope, publisher, channel, at, expires_at, private FROM data_records
WHERE scope = $1 AND publisher = $2 AND channel || '' >= $3 AND channel || '' <= $4
  AND at >= $5 AND (at, id) < ($6, $7) AND expires_at > $8
  AND (private = 0 OR publisher = $9 OR $9 = '')
ORDER BY at DESC, id DESC LIMIT $10)sql";
// Of one channel no two have the same time.
constexpr Sql kOfChannel = R"sql(
SELECT id, scope, publisher, channel, at, expires_at, private FROM data_records
WHERE scope = $1 AND publisher = $2 AND channel = $3
  AND at >= $4 AND at <= $5 AND (at < $5 OR id < $6) AND expires_at > $7
  AND (private = 0 OR publisher = $8 OR $8 = '')
ORDER BY at DESC LIMIT $9)sql";
constexpr Sql kOfScope = R"sql(
SELECT id, scope, publisher, channel, at, expires_at, private FROM data_records
WHERE scope = $1 AND channel || '' >= $2 AND channel || '' <= $3
  AND at >= $4 AND (at, id) < ($5, $6) AND expires_at > $7
  AND (private = 0 OR publisher = $8 OR $8 = '')
ORDER BY at DESC, id DESC LIMIT $9)sql";
constexpr Sql kById = R"sql(
SELECT id, scope, publisher, channel, at, expires_at, private FROM data_records
WHERE id = $1 AND scope = $2)sql";

constexpr Sql kChannelsOfPublisher = R"sql(
SELECT channel FROM data_records
WHERE scope = $1 AND publisher = $2 AND channel >= $3 AND channel <= $4
  AND at >= $5 AND at <= $6 AND expires_at > $7
  AND (private = 0 OR publisher = $8 OR $8 = '')
GROUP BY channel ORDER BY channel LIMIT $9)sql";
constexpr Sql kChannelsOfScope = R"sql(
SELECT channel FROM data_records
WHERE scope = $1 AND channel >= $2 AND channel <= $3
  AND at >= $4 AND at <= $5 AND expires_at > $6
  AND (private = 0 OR publisher = $7 OR $7 = '')
GROUP BY channel ORDER BY channel LIMIT $8)sql";

std::int64_t micros(TimePoint time) { return base::to_unix_micros(time); }

bool newer(const Record& a, const Record& b) {
  if (a.at != b.at) return a.at > b.at;
  return a.id.text() > b.id.text();
}

// Each once, so that no record is met twice.
std::vector<std::string> publishers_of(const hub::RecordSelection& selection) {
  std::vector<std::string> publishers = selection.publishers;
  std::sort(publishers.begin(), publishers.end());
  publishers.erase(std::unique(publishers.begin(), publishers.end()), publishers.end());
  std::erase_if(publishers, [](const std::string& each) { return !can_be_stored(each); });
  return publishers;
}

}  // namespace

Record record_row(const Cursor& row) {
  Record record;
  record.id = domain::ObjectId::trusted(row.string(0));
  record.scope = domain::ScopeId::trusted(row.string(1));
  record.publisher = row.string(2);
  record.channel = row.string(3);
  record.at = row.time(4);
  if (row.number(5) != kNever) record.expires_at = row.time(5);
  record.is_private = row.number(6) != 0;
  return record;
}

// The mask's levels before its first wildcard are what every channel begins with.
RecordSpan span_of(const hub::RecordSelection& selection) {
  RecordSpan span;
  const std::string& mask = selection.mask;
  const std::size_t wildcard = mask.find_first_of("+#");
  span.one_channel = wildcard == std::string::npos;
  // "a/#" has "a" too.
  span.channel_first = mask.substr(0, wildcard);
  if (!span.one_channel && !span.channel_first.empty()) span.channel_first.pop_back();
  span.channel_last = span.channel_first;
  if (!span.one_channel) span.channel_last += kLastCharacter;
  span.at_first = std::numeric_limits<std::int64_t>::min();
  span.at_last = kNever;
  if (selection.after) span.at_first = micros(*selection.after) + 1;
  if (selection.before) span.at_last = micros(*selection.before) - 1;
  if (selection.at.empty()) return span;
  const auto [least, most] = std::minmax_element(selection.at.begin(), selection.at.end());
  span.at_first = std::max(span.at_first, micros(*least));
  span.at_last = std::min(span.at_last, micros(*most));
  return span;
}

RecordScan::RecordScan(Connection& connection, const hub::RecordSelection& selection)
    : connection_(connection), selection_(selection), span_(span_of(selection)) {
  for (const TimePoint time : selection.at) times_.insert(micros(time));
  const std::vector<std::string> publishers = publishers_of(selection);
  if (!selection.publishers.empty() && publishers.empty()) return;
  const bool whole = publishers.empty() || publishers.size() > kSideBySideMax;
  if (whole || !selection.ids.empty()) {
    publishers_.insert(publishers.begin(), publishers.end());
    sources_.emplace_back();
  } else {
    for (const std::string& each : publishers) sources_.emplace_back().publisher = each;
  }
  for (Source& source : sources_) {
    source.at = span_.at_last;
    source.id = kLastId;
  }
  batch_ = std::max(kBatchRows / sources_.size(), kBatchRowsMin);
}

bool RecordScan::readable(const Record& record) const {
  return !record.is_private || selection_.reader.empty() || selection_.reader == record.publisher;
}

bool RecordScan::wanted(const Record& record) const {
  const bool of_one = publishers_.empty() || publishers_.contains(record.publisher);
  const bool then = times_.empty() || times_.contains(micros(record.at));
  return of_one && then && domain::mask_matches(selection_.mask, record.channel);
}

Result<Cursor> RecordScan::run(const Source& source) {
  const std::string& scope = selection_.scope.text();
  const std::uint64_t rows = batch_;
  if (source.publisher.empty()) {
    return connection_.run(
        kOfScope, {Value(scope), Value(span_.channel_first), Value(span_.channel_last),
                   Value(span_.at_first), Value(source.at), Value(source.id), Value(selection_.now),
                   Value(selection_.reader), Value(rows)});
  }
  if (span_.one_channel) {
    return connection_.run(kOfChannel,
                           {Value(scope), Value(source.publisher), Value(span_.channel_first),
                            Value(span_.at_first), Value(source.at), Value(source.id),
                            Value(selection_.now), Value(selection_.reader), Value(rows)});
  }
  return connection_.run(
      kOfPublisher,
      {Value(scope), Value(source.publisher), Value(span_.channel_first), Value(span_.channel_last),
       Value(span_.at_first), Value(source.at), Value(source.id), Value(selection_.now),
       Value(selection_.reader), Value(rows)});
}

Result<void> RecordScan::fill(Source& source) {
  while (source.ready.empty() && !source.ended) {
    BERTH_TRY(Cursor rows, run(source));
    std::size_t count = 0;
    while (true) {
      BERTH_TRY(const bool found, rows.next());
      if (!found) break;
      ++count;
      Record record = record_row(rows);
      source.at = micros(record.at);
      source.id = record.id.text();
      if (wanted(record)) source.ready.push_back(std::move(record));
    }
    source.ended = count < batch_;
  }
  return {};
}

Result<void> RecordScan::fetch_by_ids() {
  Source& source = sources_.front();
  if (source.ended) return {};
  source.ended = true;
  const std::set<std::string> ids(selection_.ids.begin(), selection_.ids.end());
  std::vector<Record> found;
  for (const std::string& id : ids) {
    if (!can_be_stored(id)) continue;
    BERTH_TRY(Cursor row, connection_.run(kById, {Value(id), Value(selection_.scope.text())}));
    BERTH_TRY(const bool there, row.next());
    if (!there) continue;
    Record record = record_row(row);
    const std::int64_t at = micros(record.at);
    const bool current = !record.expires_at || *record.expires_at > selection_.now;
    const bool in_time = at >= span_.at_first && at <= span_.at_last;
    if (current && in_time && readable(record) && wanted(record)) {
      found.push_back(std::move(record));
    }
  }
  std::sort(found.begin(), found.end(), newer);
  source.ready.assign(std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  return {};
}

Result<std::optional<Record>> RecordScan::next() {
  if (sources_.empty()) return std::optional<Record>();
  if (!selection_.ids.empty()) {
    Result<void> fetched = fetch_by_ids();
    if (!fetched) return Fail(std::move(fetched).error());
  }
  Source* newest = nullptr;
  for (Source& source : sources_) {
    Result<void> filled = fill(source);
    if (!filled) return Fail(std::move(filled).error());
    if (source.ready.empty()) continue;
    if (newest == nullptr || newer(source.ready.front(), newest->ready.front())) newest = &source;
  }
  if (newest == nullptr) return std::optional<Record>();
  std::optional<Record> record(std::move(newest->ready.front()));
  newest->ready.pop_front();
  return record;
}

ChannelScan::ChannelScan(Connection& connection, const hub::RecordSelection& selection)
    : connection_(connection), selection_(selection), span_(span_of(selection)) {
  const std::vector<std::string> publishers = publishers_of(selection);
  if (!selection.publishers.empty() && publishers.empty()) return;
  const bool by_records = !selection.ids.empty() || !selection.at.empty();
  if (publishers.empty() || by_records) {
    sources_.emplace_back();
  } else {
    for (const std::string& each : publishers) sources_.emplace_back().publisher = each;
  }
  for (Source& source : sources_) source.from = span_.channel_first;
  batch_ = std::max(kBatchRows / sources_.size(), kBatchRowsMin);
}

// Records that are named one by one are few, and so are their channels.
Result<void> ChannelScan::fetch_by_records() {
  Source& source = sources_.front();
  if (source.ended) return {};
  source.ended = true;
  std::set<std::string> channels;
  RecordScan records(connection_, selection_);
  while (true) {
    BERTH_TRY(std::optional<Record> record, records.next());
    if (!record) break;
    channels.insert(std::move(record->channel));
  }
  source.ready.assign(channels.begin(), channels.end());
  return {};
}

Result<Cursor> ChannelScan::run(const Source& source) {
  const std::string& scope = selection_.scope.text();
  const std::uint64_t rows = batch_;
  if (source.publisher.empty()) {
    return connection_.run(
        kChannelsOfScope,
        {Value(scope), Value(source.from), Value(span_.channel_last), Value(span_.at_first),
         Value(span_.at_last), Value(selection_.now), Value(selection_.reader), Value(rows)});
  }
  return connection_.run(kChannelsOfPublisher,
                         {Value(scope), Value(source.publisher), Value(source.from),
                          Value(span_.channel_last), Value(span_.at_first), Value(span_.at_last),
                          Value(selection_.now), Value(selection_.reader), Value(rows)});
}

Result<void> ChannelScan::fill(Source& source) {
  while (source.ready.empty() && !source.ended) {
    BERTH_TRY(Cursor rows, run(source));
    std::size_t count = 0;
    while (true) {
      BERTH_TRY(const bool found, rows.next());
      if (!found) break;
      ++count;
      source.from = rows.string(0) + kFirstCharacter;
      if (!domain::mask_matches(selection_.mask, rows.text(0))) continue;
      source.ready.push_back(rows.string(0));
    }
    source.ended = count < batch_;
  }
  return {};
}

Result<std::optional<std::string>> ChannelScan::next() {
  if (sources_.empty()) return std::optional<std::string>();
  if (!selection_.ids.empty() || !selection_.at.empty()) {
    Result<void> fetched = fetch_by_records();
    if (!fetched) return Fail(std::move(fetched).error());
  }
  std::optional<std::string> first;
  for (Source& source : sources_) {
    Result<void> filled = fill(source);
    if (!filled) return Fail(std::move(filled).error());
    if (source.ready.empty()) continue;
    if (!first || source.ready.front() < *first) first = source.ready.front();
  }
  if (!first) return first;
  for (Source& source : sources_) {
    if (!source.ready.empty() && source.ready.front() == *first) source.ready.pop_front();
  }
  return first;
}

}  // namespace berth::store::sql
