#include "store/rocksdb/scan.h"

#include "store/rocksdb/record.h"

namespace berth::store::rocksdb {
namespace {

// Walks the ordinals from `next` to `last`, stepping over what cannot be read.
class Walk {
 public:
  Walk(rdb::DB& database, const Family& family, std::uint64_t next, std::uint64_t last)
      : next_(next), last_(last), upper_key_(encode_ordinal(last + 1)), upper_(upper_key_) {
    rdb::ReadOptions options;
    options.verify_checksums = true;
    options.iterate_upper_bound = &upper_;
    iterator_.reset(database.NewIterator(options, family.handle));
    iterator_->Seek(encode_ordinal(next_));
    settle();
  }

  // False at the end, or when broken().
  bool valid() const { return !broken_ && iterator_->Valid(); }
  // Nothing can be read, not even beyond the last event.
  bool broken() const { return broken_; }
  std::uint64_t damaged() const { return damaged_; }

  std::uint64_t ordinal() const {
    return decode_ordinal(iterator_->key().ToStringView()).value_or(0);
  }
  std::string_view record() const { return iterator_->value().ToStringView(); }
  void advance() {
    next_ = ordinal() + 1;
    iterator_->Next();
    settle();
  }

 private:
  bool seek(std::uint64_t ordinal) {
    iterator_->Seek(encode_ordinal(ordinal));
    return iterator_->status().ok();
  }

  // After a move: if there was damage at next_, goes to the first event behind it.
  void settle() {
    if (iterator_->status().ok()) return;
    ++damaged_;
    std::uint64_t bad = next_;
    std::uint64_t step = 1;
    while (bad <= last_ && !seek(std::min(bad + step, last_ + 1))) {
      bad = std::min(bad + step, last_ + 1);
      step *= 2;
    }
    broken_ = bad > last_;
    if (!broken_) narrow(bad, std::min(bad + step, last_ + 1));
  }

  // `bad` cannot be read and `good` can: finds where that changes.
  void narrow(std::uint64_t bad, std::uint64_t good) {
    while (good - bad > 1) {
      const std::uint64_t middle = bad + (good - bad) / 2;
      (seek(middle) ? good : bad) = middle;
    }
    broken_ = !seek(good);
    next_ = good;
  }

  std::uint64_t next_;
  const std::uint64_t last_;
  const std::string upper_key_;
  const rdb::Slice upper_;
  std::unique_ptr<rdb::Iterator> iterator_;
  bool broken_ = false;
  std::uint64_t damaged_ = 0;
};

struct Start {
  std::uint64_t after = 0;
  bool strict = false;  // everything behind `after` is expected to be there
  bool gap = false;
};

Start start_of(const ScanQuery& query, const Family& family, std::uint64_t last) {
  if (query.from == From::kOldest) return {};
  if (query.from == From::kNow) return {.after = last};
  if (query.cursor.generation == 0) return {.strict = true};
  if (query.cursor.generation != family.generation) return {.gap = true};
  if (query.cursor.ordinal > last) return {.after = last, .gap = true};
  return {.after = query.cursor.ordinal, .strict = true};
}

class Scan {
 public:
  Scan(const Family& family, const ScanQuery& query, const Start& start, std::uint64_t last)
      : query_(query), expected_(start.after + 1), last_(last), strict_(start.strict) {
    found_.gap = start.gap;
    found_.cursor = {family.generation, start.after};
  }

  Scanned run(Walk& walk) {
    for (; walk.valid() && has_room(); walk.advance()) look_at(walk);
    found_.more = walk.valid();
    if (!found_.more) miss_until(last_ + 1);
    found_.damaged += walk.damaged();
    if (walk.damaged() > 0) found_.gap = true;
    return std::move(found_);
  }

 private:
  bool has_room() const {
    return found_.events.size() < query_.count_max && gathered_ < kBatchBytesMax &&
           seen_ < kScanEventsMax && seen_bytes_ < kScanBytesMax;
  }

  // Events up to `ordinal` are not there. From the oldest on that is no gap: nobody had been
  // promised them.
  void miss_until(std::uint64_t ordinal) {
    if (ordinal > expected_ && strict_) found_.gap = true;
    expected_ = ordinal;
    found_.cursor.ordinal = ordinal - 1;
  }

  void look_at(const Walk& walk) {
    const std::string_view record = walk.record();
    ++seen_;
    seen_bytes_ += record.size();
    const std::optional<RecordHead> head = decode_head(record);
    const bool too_old = head && head->enqueued_at < query_.not_before;
    if (too_old) return miss_until(walk.ordinal() + 1);
    miss_until(walk.ordinal());
    strict_ = true;
    ++expected_;
    ++found_.cursor.ordinal;
    const bool wanted = !head || !query_.device || head->device == query_.device->text();
    if (wanted) take(record);
  }

  void take(std::string_view record) {
    std::optional<Record> decoded = decode_event(record);
    if (!decoded) {
      ++found_.damaged;
      found_.gap = true;
      return;
    }
    decoded->event.hub = query_.hub;
    gathered_ += record.size();
    found_.events.push_back({decoded->position, std::move(decoded->event)});
  }

  const ScanQuery& query_;
  Scanned found_;
  std::uint64_t expected_;
  const std::uint64_t last_;
  bool strict_;
  std::size_t seen_ = 0;
  std::size_t seen_bytes_ = 0;
  std::size_t gathered_ = 0;
};

}  // namespace

Result<Scanned> scan(rdb::DB& database, const Family& family, const ScanQuery& query) {
  const std::uint64_t last = family.ordinal.load(std::memory_order_acquire);
  const Start start = start_of(query, family, last);
  Walk walk(database, family, start.after + 1, last);
  Scanned found = Scan(family, query, start, last).run(walk);
  if (!walk.broken()) return found;
  return Fail(
      ErrorKind::kUnavailable,
      "telemetry log: the events of hub '" + family.hub + "' cannot be read: a file is damaged",
      "try again in a moment; the log repairs itself");
}

Scanned scan_nothing(const ScanQuery& query) {
  Scanned found;
  found.gap = query.from == From::kCursor && query.cursor.generation != 0;
  return found;
}

std::optional<Oldest> find_oldest(rdb::DB& database, const Family& family) {
  const std::uint64_t last = family.ordinal.load(std::memory_order_acquire);
  Walk walk(database, family, 1, last);
  if (!walk.valid()) return std::nullopt;
  const std::optional<RecordHead> head = decode_head(walk.record());
  if (!head) return std::nullopt;
  return Oldest{walk.ordinal(), head->enqueued_at};
}

}  // namespace berth::store::rocksdb
