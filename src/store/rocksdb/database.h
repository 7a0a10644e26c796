// The RocksDB database of the log: its life (opening, trouble, recovery), its families and marks,
// grouped writes, reads.
//
// Room store/rocksdb. When it cannot be opened, or stops to take writes, it is tried again at most
// once a second; when it is damaged, it is moved aside and what can be read is copied to a new one.
// Thread rule: write(), forget() and mend() from the one writing thread; start() and close() while
// no other call is under way; the rest from any thread.
#pragma once

#include "store/rocksdb/gate.h"
#include "store/rocksdb/scan.h"
#include "store/rocksdb/wal_watch.h"

#include <rocksdb/write_batch.h>

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace berth::store::rocksdb {

// Copying everything again and again would not mend a disk.
inline constexpr std::chrono::minutes kRecoverAgain{10};

// One event of a group.
struct Entry {
  const domain::Event* event = nullptr;
  Family* family = nullptr;  // the database's own
  domain::EventPosition position;
  std::size_t bytes = 0;
  Result<void> outcome;
};

class Database {
 public:
  Database(const LogOptions& options, const Clock& clock, rdb::Env* env);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  Result<void> start();
  void close();

  // One write, one sync; every entry has its outcome afterwards.
  void write(std::span<Entry> entries);
  Result<void> forget(const std::string& hub);
  // Tries again what failed, and recovers if a reader met damage that it could not step over.
  // Before every write, and when needs_mending().
  void mend();
  bool needs_mending() const { return damage_seen_.load(std::memory_order_relaxed); }

  Result<Scanned> scan(const ScanQuery& query);
  void do_chores();
  bool ready() const { return healthy_.load(std::memory_order_relaxed); }
  // None while the database is being opened or recovered.
  std::vector<HubStats> hub_stats() const;
  std::uint64_t damaged() const { return damaged_.load(std::memory_order_relaxed); }
  std::uint64_t recoveries() const { return recoveries_.load(std::memory_order_relaxed); }

 private:
  class Copy;  // salvages into this database
  using Families = std::map<std::string, std::unique_ptr<Family>>;

  // Opening; the gate is closed, or nobody else is there yet.
  Result<void> lock_directory();
  Result<void> open_or_recover();
  rdb::Status open_database();
  rdb::Status open_families();
  void adopt(rdb::ColumnFamilyHandle* handle);
  std::optional<Marks> marks_in_file(const Family& family) const;
  rdb::Status drop_empty(Family& family);
  void tell_lost(const std::string& hub, std::uint64_t events);
  void raise_to_file(Family& family);
  void close_database();
  Result<void> recover(const std::string& why);
  Result<void> move_aside(std::string& aside);

  Result<Family*> family_for(const std::string& hub);
  void find_families(std::span<Entry> entries);
  Result<void> commit(std::span<Entry> entries);
  // What may help after trouble.
  enum class Remedy { kResume, kReopen };
  static Remedy remedy_for(const rdb::Status& status);
  void note_failure(const Error& error, Remedy remedy);
  void note_success();
  rdb::Status probe_disk() const;
  void try_again();
  void tell_unreadable(const Family& family, std::uint64_t stretches);
  void drop_old(Family& family, TimePoint limit);
  bool drop_oldest_file(Family& family, TimePoint limit);
  TimePoint age_limit() const;
  std::string path(const char* name) const { return options_.directory + "/" + name; }

  const LogOptions& options_;
  const Clock& clock_;
  rdb::Env* const env_;
  mutable Gate gate_;  // closed while families or the database come and go
  int lock_ = -1;
  std::unique_ptr<MarksFile> file_;
  std::unique_ptr<WalWatch> watch_;  // the database keeps a pointer to it
  std::unique_ptr<rdb::DB> database_;
  rdb::ColumnFamilyHandle* marks_handle_ = nullptr;
  Families families_;
  std::uint64_t last_generation_ = 0;

  // The writer's own.
  bool failing_ = false;   // since something failed, until a write succeeds
  bool blocked_ = false;   // nothing is written before try_again() has helped
  Error trouble_;          // why
  rdb::WriteBatch batch_;  // kept for its memory
  Remedy remedy_ = Remedy::kResume;
  Instant try_again_at_{};
  std::optional<Instant> recovered_at_;

  std::atomic<bool> healthy_{true};
  std::atomic<bool> damage_seen_{false};
  std::atomic<Instant> told_at_{Instant::min()};  // when damage was logged last
  std::atomic<std::uint64_t> damaged_{0};
  std::atomic<std::uint64_t> recoveries_{0};
};

}  // namespace berth::store::rocksdb
