// The daily work of a Database: grouped writes, reads, and dropping what is too old.
#include "base/log.h"
#include "store/rocksdb/database.h"
#include "store/rocksdb/record.h"

#include <fmt/format.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <set>

namespace berth::store::rocksdb {
namespace {

constexpr std::chrono::seconds kTryAgain{1};
constexpr std::chrono::minutes kTellEvery{1};
constexpr std::size_t kProbeBytes = 1024 * 1024;
constexpr int kFilesDroppedMax = 1000;  // of a hub, each time

Error closed_error() {
  return {ErrorKind::kUnavailable, "the telemetry log cannot be opened now",
          "look for telemetry errors in the server's log"};
}

Result<std::string> record_of(const domain::Event& event, const domain::EventPosition& position) {
  std::string record = encode_event(event, position);
  if (record.size() <= kRecordBytesMax) return record;
  return Fail(ErrorKind::kTooLarge, fmt::format("an event has at most {} bytes", kRecordBytesMax),
              "send smaller messages");
}

}  // namespace

// ---- writing

Database::Remedy Database::remedy_for(const rdb::Status& status) {
  return may_pass(status) ? Remedy::kResume : Remedy::kReopen;
}

// Numbers are given to a copy of the marks, which becomes valid when the write is on disk.
Result<void> Database::commit(std::span<Entry> entries) {
  batch_.Clear();
  std::map<Family*, Marks> touched;
  for (Entry& each : entries) {
    if (!each.outcome) continue;
    Family& family = *each.family;
    Marks& marks = touched.try_emplace(&family, family.marks).first->second;
    const std::uint32_t partition =
        partition_of(each.event->device, static_cast<std::uint32_t>(marks.sequences.size()));
    each.position = {partition, marks.sequences[partition] + 1};
    const Result<std::string> record = record_of(*each.event, each.position);
    if (!record) {
      each.outcome = Fail(record.error());
      continue;
    }
    each.bytes = record->size();
    ++marks.ordinal;
    ++marks.sequences[partition];
    batch_.Put(family.handle, encode_ordinal(marks.ordinal), *record).PermitUncheckedError();
  }
  for (const auto& [family, marks] : touched) {
    batch_.Put(marks_handle_, std::string(kMarksKeyPrefix) + family->hub, encode_marks(marks))
        .PermitUncheckedError();
  }
  rdb::WriteOptions durable;
  durable.sync = true;
  const rdb::Status status = database_->Write(durable, &batch_);
  if (!status.ok()) {
    if (status.IsCorruption()) damage_seen_.store(true, std::memory_order_relaxed);
    remedy_ = remedy_for(status);
    return Fail(to_error(status, "cannot keep events"));
  }
  for (auto& [family, marks] : touched) {
    file_->put(family->hub, marks);
    family->marks = std::move(marks);
    family->ordinal.store(family->marks.ordinal, std::memory_order_release);
  }
  return {};
}

void Database::write(std::span<Entry> entries) {
  if (!database_ || blocked_) {
    for (Entry& each : entries) each.outcome = Fail(trouble_);
    return;
  }
  find_families(entries);
  Result<void> done = commit(entries);
  if (!done) {
    note_failure(done.error(), remedy_);
    for (Entry& each : entries) each.outcome = Fail(done.error());
    return;
  }
  note_success();
  for (const Entry& each : entries) {
    if (!each.outcome) continue;
    each.family->newest_at.store(base::to_unix_micros(each.event->enqueued_at),
                                 std::memory_order_relaxed);
  }
}

// A group is of few hubs, and those of one hub mostly come one behind the other.
void Database::find_families(std::span<Entry> entries) {
  Family* last = nullptr;
  for (Entry& each : entries) {
    const std::string& hub = each.event->hub.text();
    if (last == nullptr || last->hub != hub) {
      const auto known = families_.find(hub);
      last = known == families_.end() ? nullptr : known->second.get();
    }
    if (last == nullptr) {
      const auto alone = gate_.close();
      const Result<Family*> made = family_for(hub);
      if (!made) each.outcome = Fail(made.error());
      last = made.value_or(nullptr);
    }
    each.family = last;
  }
}

// ---- trouble

void Database::note_failure(const Error& error, Remedy remedy) {
  remedy_ = remedy;
  blocked_ = true;
  trouble_ = error;
  try_again_at_ = clock_.monotonic() + kTryAgain;
  healthy_.store(false, std::memory_order_relaxed);
  if (std::exchange(failing_, true)) return;
  log::error("telemetry.failed", {{"error", error.what}, {"mend", error.mend}});
}

void Database::note_success() {
  healthy_.store(true, std::memory_order_relaxed);
  if (!std::exchange(failing_, false)) return;
  log::info("telemetry.recovered", {{"directory", options_.directory}});
}

// Whether the disk takes a little.
rdb::Status Database::probe_disk() const {
  const std::string file = path("probe");
  const rdb::Status written =
      rdb::WriteStringToFile(env_, std::string(kProbeBytes, 'x'), file, true);
  env_->DeleteFile(file).PermitUncheckedError();
  return written;
}

// Once a second: lets RocksDB go on where it can, else opens it anew. While the disk is full it
// stays open, so that readers are served, and is left alone: a try to go on that fails half-way
// cannot be repeated.
void Database::try_again() {
  if (!blocked_ || clock_.monotonic() < try_again_at_) return;
  const rdb::Status probed = probe_disk();
  if (!probed.ok()) return note_failure(to_error(probed, "cannot go on"), remedy_);
  const bool resumed = database_ && remedy_ == Remedy::kResume && database_->Resume().ok();
  if (!resumed) {
    const auto alone = gate_.close();
    Result<void> opened = open_or_recover();
    if (!opened) return note_failure(opened.error(), Remedy::kReopen);
  }
  blocked_ = false;
}

void Database::mend() {
  const bool too_soon = recovered_at_ && clock_.monotonic() - *recovered_at_ < kRecoverAgain;
  if (needs_mending() && database_ && !too_soon) {
    const auto alone = gate_.close();
    Result<void> recovered = recover("a file of it cannot be read any more");
    blocked_ = false;
    if (!recovered) note_failure(recovered.error(), Remedy::kReopen);
  }
  try_again();
}

// ---- reading

void Database::tell_unreadable(const Family& family, std::uint64_t stretches) {
  damaged_.fetch_add(stretches, std::memory_order_relaxed);
  const Instant now = clock_.monotonic();
  Instant told_at = told_at_.load(std::memory_order_relaxed);
  if (told_at != Instant::min() && now - told_at < kTellEvery) return;
  if (!told_at_.compare_exchange_strong(told_at, now, std::memory_order_relaxed)) return;
  log::error("telemetry.unreadable",
             {{"hub", family.hub},
              {"stretches", fmt::format("{}", stretches)},
              {"mend", "check the disk; readers go on behind it and are told of the gap"}});
}

Result<Scanned> Database::scan(const ScanQuery& query) {
  const auto passage = gate_.pass();
  if (!database_) return Fail(closed_error());
  const auto found = families_.find(query.hub.text());
  if (found == families_.end()) return scan_nothing(query);
  ScanQuery bounded = query;
  bounded.not_before = age_limit();
  Result<Scanned> scanned = rocksdb::scan(*database_, *found->second, bounded);
  if (!scanned) damage_seen_.store(true, std::memory_order_relaxed);
  if (scanned && scanned->damaged > 0) tell_unreadable(*found->second, scanned->damaged);
  return scanned;
}

std::vector<HubStats> Database::hub_stats() const {
  std::vector<HubStats> all;
  const auto passage = gate_.try_pass();
  if (!passage) return all;
  const auto time = [](std::int64_t micros) -> std::optional<TimePoint> {
    if (micros == kNoTime) return std::nullopt;
    return base::from_unix_micros(micros);
  };
  for (const auto& [hub, family] : families_) {
    HubStats& stats = all.emplace_back();
    stats.hub = hub;
    const std::uint64_t oldest = family->oldest.load(std::memory_order_relaxed);
    const std::uint64_t newest = family->ordinal.load(std::memory_order_relaxed);
    stats.events = newest + 1 - std::min(std::max<std::uint64_t>(oldest, 1), newest + 1);
    stats.bytes = family->bytes.load(std::memory_order_relaxed);
    stats.oldest = time(family->oldest_at.load(std::memory_order_relaxed));
    stats.newest = time(family->newest_at.load(std::memory_order_relaxed));
  }
  return all;
}

// ---- retention

TimePoint Database::age_limit() const {
  if (options_.age_max.count() == 0) return TimePoint::min();
  return clock_.wall() - options_.age_max;
}

void Database::do_chores() {
  std::set<std::string> hubs;
  {
    const auto passage = gate_.pass();
    for (const auto& [hub, family] : families_) hubs.insert(hub);
  }
  for (const std::string& hub : hubs) {
    const auto passage = gate_.pass();  // one hub at a time, so that the writer need not wait long
    const auto found = families_.find(hub);
    if (!database_ || found == families_.end()) continue;
    drop_old(*found->second, age_limit());
  }
}

void Database::drop_old(Family& family, TimePoint limit) {
  std::optional<Oldest> oldest = find_oldest(*database_, family);
  for (int i = 0; oldest && oldest->enqueued_at < limit && i < kFilesDroppedMax; ++i) {
    if (!drop_oldest_file(family, limit)) break;
    oldest = find_oldest(*database_, family);
  }
  family.oldest.store(oldest ? oldest->ordinal : family.ordinal.load() + 1);
  family.oldest_at.store(oldest ? base::to_unix_micros(oldest->enqueued_at) : kNoTime);
  std::uint64_t bytes = 0;
  database_->GetIntProperty(family.handle, rdb::DB::Properties::kTotalSstFilesSize, &bytes);
  family.bytes.store(bytes);
}

// Drops the oldest file when its newest event is too old, too. When there is no file, old events
// may still wait in memory: they are written to one.
bool Database::drop_oldest_file(Family& family, TimePoint limit) {
  rdb::ColumnFamilyMetaData data;
  database_->GetColumnFamilyMetaData(family.handle, &data);
  const bool has_file = !data.levels.empty() && !data.levels.front().files.empty();
  if (!has_file) {
    return database_->Flush(rdb::FlushOptions(), family.handle).ok();
  }
  const rdb::SstFileMetaData& file = data.levels.front().files.back();  // newest first
  std::string record;
  rdb::PinnableSlice newest;
  const rdb::Status read =
      database_->Get(rdb::ReadOptions(), family.handle, file.largestkey, &newest);
  if (!read.ok()) return false;
  const std::optional<RecordHead> head = decode_head(newest.ToStringView());
  if (!head || head->enqueued_at >= limit) return false;
  return database_->DeleteFile(file.name).ok();
}

}  // namespace berth::store::rocksdb
