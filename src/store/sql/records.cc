#include "store/sql/records.h"

#include "store/sql/publishers.h"
#include "store/sql/record_scan.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace berth::store::sql {
namespace {

using domain::ObjectId;
using domain::Record;
using domain::ScopeId;

constexpr std::size_t kRemovedAtOnce = 256;

constexpr Sql kOwner = "SELECT scope, publisher FROM data_records WHERE id = $1";
constexpr Sql kInsert = R"sql(
INSERT INTO data_records (id, scope, publisher, channel, at, expires_at, private, data)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (scope, publisher, channel, at) DO UPDATE
  SET expires_at = excluded.expires_at, private = excluded.private, data = excluded.data
RETURNING id)sql";
constexpr Sql kReplace = R"sql(
UPDATE data_records SET channel = $2, at = $3, expires_at = $4, private = $5, data = $6
WHERE id = $1 RETURNING id)sql";
// What is in the way of a record that gets another channel or time.
constexpr Sql kMakeWay = R"sql(
DELETE FROM data_records
WHERE scope = $1 AND publisher = $2 AND channel = $3 AND at = $4 AND id <> $5 RETURNING id)sql";
constexpr Sql kDropOldest = R"sql(
DELETE FROM data_records WHERE id IN
  (SELECT id FROM data_records WHERE scope = $1 AND publisher = $2 ORDER BY at, id LIMIT $3)
RETURNING id)sql";
constexpr Sql kRemove = "DELETE FROM data_records WHERE id = $1 AND scope = $2 RETURNING id";

constexpr Sql kFind = R"sql(
SELECT id, scope, publisher, channel, at, expires_at, private, data FROM data_records
WHERE id = $1 AND scope = $2)sql";
constexpr std::size_t kDataAtOnce = 8;
constexpr Sql kData = R"sql(
SELECT id, data FROM data_records WHERE id IN ($1, $2, $3, $4, $5, $6, $7, $8))sql";

constexpr Sql kAnyExpired = R"sql(
SELECT 1 FROM data_records WHERE expires_at <= $1 AND expires_at < 9223372036854775807
LIMIT 1)sql";
constexpr Sql kExpired = R"sql(
SELECT id, scope, publisher FROM data_records
WHERE expires_at <= $1 AND expires_at < 9223372036854775807 ORDER BY expires_at LIMIT $2)sql";
constexpr Sql kDropExpired =
    "DELETE FROM data_records WHERE id = $1 AND expires_at <= $2 RETURNING id";

using Publisher = std::pair<std::string, std::string>;  // scope, name; ordered, so that all who
                                                        // lock several take the same turns
template <class Number>
using PerPublisher = std::map<Publisher, Number>;

std::int64_t expiry_of(const Record& record) {
  return record.expires_at ? base::to_unix_micros(*record.expires_at) : kNever;
}

Result<void> lock_all(Connection& connection, const std::set<Publisher>& publishers) {
  for (const auto& [scope, name] : publishers) {
    Result<void> turn = lock_publisher(connection, ScopeId::trusted(scope), name);
    if (!turn) return turn;
  }
  return {};
}

Result<void> count_all_removed(Connection& connection, const PerPublisher<std::uint64_t>& removed) {
  for (const auto& [publisher, count] : removed) {
    const auto& [scope, name] = publisher;
    Result<void> counted = count_removed(connection, ScopeId::trusted(scope), name, count);
    if (!counted) return counted;
  }
  return {};
}

struct Written {
  ObjectId id;
  std::int64_t added = 0;  // records more than before
};

enum class IdIs { kNew, kOwn };

Result<IdIs> whose_id(Connection& connection, const Record& record) {
  BERTH_TRY(Cursor row, connection.run(kOwner, {Value(record.id.text())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return IdIs::kNew;
  if (row.text(0) == record.scope.text() && row.text(1) == record.publisher) return IdIs::kOwn;
  return Fail(ErrorKind::kConflict, "record '" + record.id.text() + "' is another publisher's",
              "leave its id out, or publish in that one's name");
}

Result<Written> replace_record(Connection& connection, const Record& record) {
  const std::string& id = record.id.text();
  BERTH_TRY(const bool made_way,
            connection.execute(kMakeWay, {Value(record.scope.text()), Value(record.publisher),
                                          Value(record.channel), Value(record.at), Value(id)}));
  BERTH_TRY(
      const bool replaced,
      connection.execute(
          kReplace, {Value(id), Value(record.channel), Value(record.at), Value(expiry_of(record)),
                     Value(std::int64_t{record.is_private ? 1 : 0}), Value(record.data)}));
  static_cast<void>(replaced);  // its publisher's turn is ours
  return Written{record.id, made_way ? -1 : 0};
}

Result<Written> write_record(Connection& connection, const Record& record) {
  BERTH_TRY(const IdIs whose, whose_id(connection, record));
  if (whose == IdIs::kOwn) return replace_record(connection, record);
  BERTH_TRY(
      Cursor row,
      connection.run(kInsert,
                     {Value(record.id.text()), Value(record.scope.text()), Value(record.publisher),
                      Value(record.channel), Value(record.at), Value(expiry_of(record)),
                      Value(std::int64_t{record.is_private ? 1 : 0}), Value(record.data)}));
  BERTH_TRY(const bool written, row.next());
  if (!written) {
    return Fail(ErrorKind::kInternal, "a record was not written", "report this as a bug");
  }
  Written result{ObjectId::trusted(row.string(0)), 0};
  result.added = result.id == record.id ? 1 : 0;
  return result;
}

Result<void> count_and_trim(Connection& connection, const PerPublisher<std::int64_t>& added,
                            std::size_t count_max) {
  for (const auto& [publisher, count] : added) {
    const ScopeId scope = ScopeId::trusted(publisher.first);
    const std::string& name = publisher.second;
    BERTH_TRY(const std::uint64_t records, count_published(connection, scope, name, count));
    if (count_max == 0 || records <= count_max) continue;
    const std::uint64_t surplus = records - count_max;
    Result<bool> dropped =
        connection.execute(kDropOldest, {Value(scope.text()), Value(name), Value(surplus)});
    if (!dropped) return Fail(std::move(dropped).error());
    Result<void> counted = count_removed(connection, scope, name, surplus);
    if (!counted) return counted;
  }
  return {};
}

// The data of records [from, to), at most kDataAtOnce.
Result<void> read_data(Connection& connection, std::vector<Record>& records, std::size_t from,
                       std::size_t to) {
  std::array<std::string_view, kDataAtOnce> ids;  // an empty one is no record's
  std::map<std::string_view, Record*> wanted;
  for (std::size_t i = from; i < to; ++i) {
    ids[i - from] = records[i].id.text();
    wanted.emplace(records[i].id.text(), &records[i]);
  }
  BERTH_TRY(Cursor rows,
            connection.run(kData, {Value(ids[0]), Value(ids[1]), Value(ids[2]), Value(ids[3]),
                                   Value(ids[4]), Value(ids[5]), Value(ids[6]), Value(ids[7])}));
  while (true) {
    BERTH_TRY(const bool found, rows.next());
    if (!found) return {};
    const auto record = wanted.find(rows.text(0));
    if (record != wanted.end()) record->second->data = rows.string(1);
  }
}

Result<void> read_all_data(Connection& connection, std::vector<Record>& records) {
  for (std::size_t from = 0; from < records.size(); from += kDataAtOnce) {
    const std::size_t to = std::min(from + kDataAtOnce, records.size());
    Result<void> read = read_data(connection, records, from, to);
    if (!read) return read;
  }
  return {};
}

Result<std::uint64_t> remove_batch(Connection& connection, const std::vector<Record>& records) {
  std::set<Publisher> publishers;
  for (const Record& each : records) publishers.emplace(each.scope.text(), each.publisher);
  const Result<void> turns = lock_all(connection, publishers);
  if (!turns) return Fail(turns.error());
  PerPublisher<std::uint64_t> removed;
  std::uint64_t count = 0;
  for (const Record& each : records) {
    BERTH_TRY(const bool gone,
              connection.execute(kRemove, {Value(each.id.text()), Value(each.scope.text())}));
    if (!gone) continue;
    ++count;
    ++removed[{each.scope.text(), each.publisher}];
  }
  const Result<void> counted = count_all_removed(connection, removed);
  if (!counted) return Fail(counted.error());
  return count;
}

}  // namespace

Result<std::vector<ObjectId>> put_records(Connection& connection, const hub::RecordsWrite& write) {
  std::set<Publisher> publishers;
  for (const Record& each : write.records) publishers.emplace(each.scope.text(), each.publisher);
  const Result<void> turns = lock_all(connection, publishers);
  if (!turns) return Fail(turns.error());
  std::vector<ObjectId> ids;
  PerPublisher<std::int64_t> added;
  for (const Record& each : write.records) {
    BERTH_TRY(Written written, write_record(connection, each));
    added[{each.scope.text(), each.publisher}] += written.added;
    ids.push_back(std::move(written.id));
  }
  const Result<void> counted = count_and_trim(connection, added, write.per_publisher_max);
  if (!counted) return Fail(counted.error());
  return ids;
}

Result<std::optional<Record>> find_record(Connection& connection, const ScopeId& scope,
                                          const std::string& id) {
  if (!can_be_stored(id)) return std::optional<Record>();
  BERTH_TRY(Cursor row, connection.run(kFind, {Value(id), Value(scope.text())}));
  BERTH_TRY(const bool found, row.next());
  if (!found) return std::optional<Record>();
  Record record = record_row(row);
  record.data = row.string(7);
  return std::optional<Record>(std::move(record));
}

Result<std::vector<Record>> select_records(Connection& connection,
                                           const hub::RecordSelection& selection,
                                           std::uint64_t offset, std::size_t count_max) {
  RecordScan scan(connection, selection);
  std::vector<Record> records;
  for (std::uint64_t place = 0; records.size() < count_max; ++place) {
    BERTH_TRY(std::optional<Record> record, scan.next());
    if (!record) break;
    if (place >= offset) records.push_back(*std::move(record));
  }
  const Result<void> read = read_all_data(connection, records);
  if (!read) return Fail(read.error());
  return records;
}

// What is removed lies behind the scan, whose next batch begins where it is.
Result<std::uint64_t> remove_records(Connection& connection,
                                     const hub::RecordSelection& selection) {
  RecordScan scan(connection, selection);
  std::uint64_t removed = 0;
  for (bool more = true; more;) {
    std::vector<Record> batch;
    while (batch.size() < kRemovedAtOnce) {
      BERTH_TRY(std::optional<Record> record, scan.next());
      more = record.has_value();
      if (!more) break;
      batch.push_back(*std::move(record));
    }
    BERTH_TRY(const std::uint64_t count, remove_batch(connection, batch));
    removed += count;
  }
  return removed;
}

Result<std::vector<std::string>> read_channels(Connection& connection,
                                               const hub::RecordSelection& selection,
                                               std::uint64_t offset, std::size_t count_max) {
  ChannelScan scan(connection, selection);
  std::vector<std::string> channels;
  for (std::uint64_t place = 0; channels.size() < count_max; ++place) {
    BERTH_TRY(std::optional<std::string> channel, scan.next());
    if (!channel) break;
    if (place >= offset) channels.push_back(*std::move(channel));
  }
  return channels;
}

Result<bool> any_record_expired(Connection& connection, TimePoint now) {
  return connection.execute(kAnyExpired, {Value(now)});
}

// Somebody may have given one more time until it is our turn.
Result<std::uint64_t> drop_expired_records(Connection& connection, TimePoint now,
                                           std::size_t count_max) {
  std::vector<std::pair<std::string, Publisher>> expired;
  std::set<Publisher> publishers;
  {
    BERTH_TRY(Cursor rows, connection.run(kExpired, {Value(now), Value(std::uint64_t{count_max})}));
    while (true) {
      BERTH_TRY(const bool found, rows.next());
      if (!found) break;
      Publisher publisher(rows.string(1), rows.string(2));
      publishers.insert(publisher);
      expired.emplace_back(rows.string(0), std::move(publisher));
    }
  }
  const Result<void> turns = lock_all(connection, publishers);
  if (!turns) return Fail(turns.error());
  PerPublisher<std::uint64_t> removed;
  std::uint64_t count = 0;
  for (const auto& [id, publisher] : expired) {
    BERTH_TRY(const bool gone, connection.execute(kDropExpired, {Value(id), Value(now)}));
    if (!gone) continue;
    ++count;
    ++removed[publisher];
  }
  const Result<void> counted = count_all_removed(connection, removed);
  if (!counted) return Fail(counted.error());
  return count;
}

}  // namespace berth::store::sql
