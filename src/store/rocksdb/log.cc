#include "store/rocksdb/log.h"

#include "base/log.h"
#include "store/rocksdb/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace berth::store::rocksdb {
namespace {

constexpr std::size_t kReaders = 2;
constexpr std::size_t kCountMax = 1000;
constexpr std::chrono::milliseconds kWaitMax{60'000};
constexpr std::chrono::seconds kChoresEvery{60};
constexpr std::chrono::seconds kTellEvery{10};
constexpr std::chrono::milliseconds kMendEvery{1'000};

Error closed_error() {
  return {ErrorKind::kUnavailable, "the telemetry log is closed", "try again later"};
}

Error no_room() {
  return {ErrorKind::kUnavailable, "the telemetry log has too much waiting for the disk",
          "try again later; if it stays so, give the server a faster disk"};
}

Result<void> check(const LogOptions& options) {
  const auto invalid = [](std::string what, std::string mend) {
    return Fail(ErrorKind::kInvalid, "telemetry log: " + std::move(what), std::move(mend));
  };
  if (options.directory.empty()) return invalid("it has no directory", "name one");
  if (options.partitions == 0 || options.partitions > kPartitionsMax) {
    return invalid(fmt::format("{} partitions", options.partitions),
                   fmt::format("choose 1 to {}", kPartitionsMax));
  }
  if (options.bytes_max < kHubBytesMin) {
    return invalid(fmt::format("{} bytes for a hub are too few", options.bytes_max),
                   fmt::format("give it {} at least", kHubBytesMin));
  }
  if (options.age_max.count() < 0) return invalid("a negative age", "give a positive one, or 0");
  if (options.group_events_max == 0 || options.queue_events_max == 0) {
    return invalid("a queue without room", "give it room for one event at least");
  }
  return {};
}

// About what an event takes in memory.
std::size_t weight(const domain::Event& event) {
  return domain::size_of(event.message) + event.message.properties.size() * 64 + 512;
}

Result<ScanQuery> to_scan(const hub::EventQuery& query) {
  if (query.count_max == 0 || query.count_max > kCountMax) {
    return Fail(ErrorKind::kInvalid, fmt::format("a batch of {} events", query.count_max),
                fmt::format("ask for 1 to {}", kCountMax));
  }
  ScanQuery scan;
  scan.hub = query.hub;
  scan.device = query.device;
  scan.count_max = query.count_max;
  if (query.cursor.empty()) return scan;
  scan.from = From::kNow;
  if (query.cursor == hub::kFromNow) return scan;
  scan.from = From::kCursor;
  BERTH_TRY(scan.cursor, decode_cursor(query.hub, query.cursor));
  return scan;
}

}  // namespace

Result<std::unique_ptr<Log>> open(LogOptions options, const Clock& clock) {
  return RocksLog::open(std::move(options), clock, ::rocksdb::Env::Default());
}

Result<std::unique_ptr<Log>> RocksLog::open(LogOptions options, const Clock& clock,
                                            ::rocksdb::Env* env) {
  Result<void> checked = check(options);
  if (!checked) return Fail(std::move(checked).error());
  std::unique_ptr<RocksLog> log(new RocksLog(std::move(options), clock, env));
  Result<void> started = log->database_.start();
  if (!started) return Fail(std::move(started).error());
  log->start_threads();
  return log;
}

RocksLog::RocksLog(LogOptions options, const Clock& clock, ::rocksdb::Env* env)
    : options_(std::move(options)), clock_(clock), database_(options_, clock, env) {}

RocksLog::~RocksLog() { RocksLog::close(); }

void RocksLog::start_threads() {
  write_thread_ = std::thread(&RocksLog::write_loop, this);
  for (std::size_t i = 0; i < kReaders; ++i) {
    read_threads_.emplace_back(&RocksLog::read_loop, this);
  }
  chore_thread_ = std::thread(&RocksLog::chore_loop, this);
}

void RocksLog::end_waiting() { news_->close(); }

void RocksLog::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    wake_.notify_all();
  }
  news_->close();
  if (write_thread_.joinable()) write_thread_.join();
  {
    const std::lock_guard lock(reads_mutex_);
    reads_closed_ = true;
    reads_wake_.notify_all();
  }
  for (std::thread& each : read_threads_) each.join();
  read_threads_.clear();
  {
    const std::lock_guard lock(chores_mutex_);
    chores_closed_ = true;
    chores_wake_.notify_all();
  }
  if (chore_thread_.joinable()) chore_thread_.join();
  database_.close();
}

LogStats RocksLog::stats() const {
  LogStats stats;
  {
    const std::lock_guard lock(mutex_);
    stats.queue_events = queued_.events;
    stats.queue_bytes = queued_.bytes;
  }
  stats.appends = counts_.appends.load(std::memory_order_relaxed);
  stats.bytes = counts_.bytes.load(std::memory_order_relaxed);
  stats.syncs = counts_.syncs.load(std::memory_order_relaxed);
  stats.rejected = counts_.rejected.load(std::memory_order_relaxed);
  stats.dropped = counts_.dropped.load(std::memory_order_relaxed);
  stats.failed = counts_.failed.load(std::memory_order_relaxed);
  stats.reads = counts_.reads.load(std::memory_order_relaxed);
  stats.waiting = news_->waiting();
  stats.damaged = database_.damaged();
  stats.recoveries = database_.recoveries();
  stats.hubs = database_.hub_stats();
  return stats;
}

// ---- appending

Task<Result<domain::EventPosition>> RocksLog::append(std::unique_ptr<domain::Event> event) {
  std::vector<domain::Event> alone;
  alone.push_back(*std::move(event));
  Positions positions = co_await append_all(std::move(alone));
  co_return std::move(positions.front());
}

Task<RocksLog::Positions> RocksLog::append_all(std::vector<domain::Event> events) {
  if (events.empty()) co_return Positions();
  const std::size_t count = events.size();
  const auto start = [this, &events](Appended done) { push({events, std::move(done)}); };
  Result<Positions> positions = co_await await_completion<Positions>(start);
  if (positions) co_return *std::move(positions);
  co_return Positions(count, Fail(std::move(positions).error()));
}

void RocksLog::append_detached(std::unique_ptr<domain::Event> event) {
  Append append;
  append.own.push_back(*std::move(event));
  append.events = append.own;
  push(std::move(append));
}

// All of them find room, or none does.
void RocksLog::push(Append append) {
  append.size.events = append.events.size();
  for (const domain::Event& each : append.events) append.size.bytes += weight(each);
  Error refusal;
  {
    const std::lock_guard lock(mutex_);
    const bool full = queued_.events + append.size.events > options_.queue_events_max ||
                      queued_.bytes + append.size.bytes > options_.queue_bytes_max;
    if (!closed_ && !full) {
      queued_.events += append.size.events;
      queued_.bytes += append.size.bytes;
      Job& job = jobs_.emplace_back();
      job.append = std::move(append);
      if (jobs_.size() == 1) wake_.notify_one();
      return;
    }
    refusal = closed_ ? closed_error() : no_room();
  }
  counts_.rejected.fetch_add(append.size.events, std::memory_order_relaxed);
  refuse(append, refusal);
}

// What was appended together is not divided.
bool RocksLog::belongs_to_group(const std::vector<Job>& group, const Size& size) const {
  if (jobs_.empty()) return false;
  if (group.empty()) return true;
  if (group.front().forgotten || jobs_.front().forgotten) return false;  // alone
  const Size& next = jobs_.front().append.size;
  return size.events + next.events <= options_.group_events_max &&
         size.bytes + next.bytes <= options_.group_bytes_max;
}

// Everything that waits, within bounds; empty when the database needs mending, or at the end.
std::vector<RocksLog::Job> RocksLog::pop_group() {
  std::unique_lock lock(mutex_);
  const auto due = [this] { return !jobs_.empty() || closed_ || database_.needs_mending(); };
  if (database_.needs_mending()) {
    wake_.wait_for(lock, kMendEvery, [this] { return !jobs_.empty() || closed_; });
  } else {
    wake_.wait(lock, due);
  }
  std::vector<Job> group;
  Size size;
  while (belongs_to_group(group, size)) {
    size.events += jobs_.front().append.size.events;
    size.bytes += jobs_.front().append.size.bytes;
    group.push_back(std::move(jobs_.front()));
    jobs_.pop_front();
  }
  queued_.events -= size.events;
  queued_.bytes -= size.bytes;
  return group;
}

void RocksLog::write_loop() {
  while (true) {
    std::vector<Job> group = pop_group();
    if (group.empty()) {
      const std::lock_guard lock(mutex_);
      if (closed_ && jobs_.empty()) return;
    }
    database_.mend();
    if (group.empty()) continue;
    if (group.front().forgotten) {
      forget_now(group.front());
    } else {
      write_group(group);
    }
  }
}

void RocksLog::write_group(std::vector<Job>& group) {
  entries_.clear();
  for (const Job& job : group) {
    for (const domain::Event& each : job.append.events) entries_.emplace_back().event = &each;
  }
  database_.write(entries_);
  counts_.syncs.fetch_add(1, std::memory_order_relaxed);
  std::set<std::string, std::less<>> hubs;
  std::span<const Entry> rest = entries_;
  for (Job& job : group) {
    const std::span<const Entry> own = rest.first(job.append.events.size());
    rest = rest.subspan(own.size());
    for (const Entry& each : own) {
      if (each.outcome && !hubs.contains(each.family->hub)) hubs.insert(each.family->hub);
    }
    finish(job.append, own);
  }
  for (const std::string& each : hubs) news_->tell(each);
}

void RocksLog::finish(Append& append, std::span<const Entry> entries) {
  Positions positions;
  positions.reserve(entries.size());
  for (const Entry& each : entries) {
    if (each.outcome) {
      counts_.appends.fetch_add(1, std::memory_order_relaxed);
      counts_.bytes.fetch_add(each.bytes, std::memory_order_relaxed);
      positions.emplace_back(each.position);
      continue;
    }
    counts_.failed.fetch_add(1, std::memory_order_relaxed);
    if (!append.done) note_dropped(1, each.outcome.error());
    positions.emplace_back(Fail(each.outcome.error()));
  }
  for (std::size_t i = 0; i < entries.size() && !options_.sinks.empty(); ++i) {
    if (!entries[i].outcome) continue;
    const hub::LoggedEvent logged{entries[i].position, std::move(append.events[i])};
    for (hub::EventSink* each : options_.sinks) each->stored(logged);
  }
  // The last: who waited may let go of the events now.
  if (append.done) append.done->complete(std::move(positions));
}

void RocksLog::refuse(Append& append, const Error& error) {
  counts_.failed.fetch_add(append.size.events, std::memory_order_relaxed);
  if (append.done) return append.done->complete(Fail(error));
  note_dropped(append.size.events, error);
}

void RocksLog::note_dropped(std::size_t events, const Error& error) {
  const std::uint64_t dropped =
      counts_.dropped.fetch_add(events, std::memory_order_relaxed) + events;
  const Instant now = clock_.monotonic();
  Instant told_at = told_at_.load(std::memory_order_relaxed);
  if (told_at != Instant::min() && now - told_at < kTellEvery) return;
  if (!told_at_.compare_exchange_strong(told_at, now, std::memory_order_relaxed)) return;
  log::warn(
      "telemetry.dropped",
      {{"events_so_far", fmt::format("{}", dropped)}, {"error", error.what}, {"mend", error.mend}});
}

// ---- forgetting

Task<Result<void>> RocksLog::forget(domain::HubName hub) {
  const auto start = [this, &hub](Forgotten done) { push_forget(hub.text(), std::move(done)); };
  Result<void> done = co_await await_completion<void>(start);
  co_return done;
}

void RocksLog::push_forget(std::string hub, Forgotten done) {
  {
    const std::lock_guard lock(mutex_);
    if (!closed_) {
      Job& job = jobs_.emplace_back();
      job.forget = std::move(hub);
      job.forgotten = std::move(done);
      wake_.notify_one();
      return;
    }
  }
  done->complete(Fail(closed_error()));
}

void RocksLog::forget_now(Job& job) {
  Result<void> done = database_.forget(job.forget);
  if (done) news_->forget(job.forget);
  job.forgotten->complete(std::move(done));
}

// ---- reading

Task<Result<hub::EventBatch>> RocksLog::read(hub::EventQuery query) {
  BERTH_CO_TRY(ScanQuery scan, to_scan(query));
  const std::string& name = query.hub.text();
  // The log may be gone when this goes on; when it is, the news say that they are closed.
  const std::shared_ptr<News> news = news_;
  const Clock& clock = clock_;
  const Instant until = clock.monotonic() + std::min(query.wait, kWaitMax);
  const auto start = [this, &scan](Read done) { push_read(scan, std::move(done)); };
  hub::EventBatch batch;
  while (true) {
    const std::uint64_t seen = news->version(name);
    Result<Scanned> found = co_await await_completion<Scanned>(start);
    if (!found) co_return Fail(std::move(found).error());
    batch.events = std::move(found->events);
    batch.gap = found->gap;
    batch.cursor = encode_cursor(query.hub, found->cursor);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock.monotonic());
    const bool has_result = !batch.events.empty() || batch.gap || found->more;
    if (has_result || left.count() <= 0) co_return batch;
    scan.from = From::kCursor;
    scan.cursor = found->cursor;
    const Woken woken = co_await news->wait(name, seen, left);
    if (woken != Woken::kNews) co_return batch;
  }
}

void RocksLog::push_read(ScanQuery query, Read done) {
  Error refusal = closed_error();
  {
    const std::lock_guard lock(reads_mutex_);
    if (!reads_closed_ && reads_.size() < options_.reads_waiting_max) {
      reads_.push_back({std::move(query), std::move(done)});
      reads_wake_.notify_one();
      return;
    }
    if (!reads_closed_) refusal.what = "the telemetry log has too many readers waiting";
  }
  done->complete(Fail(std::move(refusal)));
}

bool RocksLog::pop_read(ReadJob& job) {
  std::unique_lock lock(reads_mutex_);
  reads_wake_.wait(lock, [this] { return !reads_.empty() || reads_closed_; });
  if (reads_.empty()) return false;
  job = std::move(reads_.front());
  reads_.pop_front();
  return true;
}

void RocksLog::read_loop() {
  ReadJob job;
  while (pop_read(job)) {
    counts_.reads.fetch_add(1, std::memory_order_relaxed);
    Result<Scanned> scanned = database_.scan(job.query);
    if (!scanned && database_.needs_mending()) {
      const std::lock_guard lock(mutex_);
      wake_.notify_one();
    }
    job.done->complete(std::move(scanned));
  }
}

// ---- chores

void RocksLog::chore_loop() {
  std::unique_lock lock(chores_mutex_);
  while (!chores_closed_) {
    lock.unlock();
    database_.do_chores();
    lock.lock();
    chores_wake_.wait_for(lock, kChoresEvery, [this] { return chores_closed_; });
  }
}

}  // namespace berth::store::rocksdb
