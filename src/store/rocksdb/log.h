// The log's threads around its Database: one writes what has gathered, two read, one does chores.
//
// Room store/rocksdb. Ownership and thread rule: see open.h.
#pragma once

#include "store/rocksdb/completion.h"
#include "store/rocksdb/database.h"
#include "store/rocksdb/news.h"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

namespace berth::store::rocksdb {

class RocksLog final : public Log {
 public:
  // With the environment that RocksDB works in: tests have disks of their own.
  static Result<std::unique_ptr<Log>> open(LogOptions options, const Clock& clock,
                                           ::rocksdb::Env* env);
  ~RocksLog() override;

  Task<Result<domain::EventPosition>> append(std::unique_ptr<domain::Event> event) override;
  Task<std::vector<Result<domain::EventPosition>>> append_all(
      std::vector<domain::Event> events) override;
  void append_detached(std::unique_ptr<domain::Event> event) override;
  Task<Result<hub::EventBatch>> read(hub::EventQuery query) override;
  Task<Result<void>> forget(domain::HubName hub) override;

  LogStats stats() const override;
  bool ready() const override { return database_.ready(); }
  void do_chores() override { database_.do_chores(); }
  void end_waiting() override;
  void close() override;

 private:
  using Positions = std::vector<Result<domain::EventPosition>>;
  using Appended = std::unique_ptr<Completion<Positions>>;
  using Read = std::unique_ptr<Completion<Scanned>>;
  using Forgotten = std::unique_ptr<Completion<void>>;

  struct Size {
    std::size_t events = 0;
    std::size_t bytes = 0;  // about what they take in memory
  };
  // Events of who waits for them stay in its coroutine: whoever made them also frees them, for
  // memory that changes threads costs more than writing an event does.
  struct Append {
    std::span<domain::Event> events;  // of `own` when nobody waits
    Appended done;                    // none: nobody waits
    Size size = {};
    std::vector<domain::Event> own = {};
  };
  // Work for the writer, in order: events that came together, or a hub to forget.
  struct Job {
    Append append;
    std::string forget;
    Forgotten forgotten;
  };
  struct ReadJob {
    ScanQuery query;
    Read done;
  };

  RocksLog(LogOptions options, const Clock& clock, ::rocksdb::Env* env);
  void start_threads();

  void push(Append append);
  void push_forget(std::string hub, Forgotten done);
  void push_read(ScanQuery query, Read done);
  std::vector<Job> pop_group();
  bool belongs_to_group(const std::vector<Job>& group, const Size& size) const;

  void write_loop();
  void write_group(std::vector<Job>& group);
  void finish(Append& append, std::span<const Entry> entries);
  void refuse(Append& append, const Error& error);
  void note_dropped(std::size_t events, const Error& error);
  void forget_now(Job& job);
  void read_loop();
  bool pop_read(ReadJob& job);
  void chore_loop();

  const LogOptions options_;
  const Clock& clock_;
  Database database_;
  const std::shared_ptr<News> news_ = std::make_shared<News>();

  mutable std::mutex mutex_;  // of the queue of jobs
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  Size queued_;
  bool closed_ = false;

  std::mutex reads_mutex_;
  std::condition_variable reads_wake_;
  std::deque<ReadJob> reads_;
  bool reads_closed_ = false;

  std::mutex chores_mutex_;
  std::condition_variable chores_wake_;
  bool chores_closed_ = false;

  struct Counts {
    std::atomic<std::uint64_t> appends{0};
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> syncs{0};
    std::atomic<std::uint64_t> rejected{0};
    std::atomic<std::uint64_t> dropped{0};
    std::atomic<std::uint64_t> failed{0};
    std::atomic<std::uint64_t> reads{0};
  };
  Counts counts_;
  std::vector<Entry> entries_;                    // of the group that is being written
  std::atomic<Instant> told_at_{Instant::min()};  // when dropped events were logged last

  std::thread write_thread_;
  std::vector<std::thread> read_threads_;
  std::thread chore_thread_;
};

}  // namespace berth::store::rocksdb
