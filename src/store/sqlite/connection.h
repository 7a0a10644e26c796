// One SQLite connection, set up as Berth needs it: WAL, synchronous=FULL, foreign keys, a busy
// timeout, no automatic checkpoints.
//
// Room store/sqlite. Thread rule: one thread at a time (SQLITE_OPEN_NOMUTEX).
#pragma once

#include "store/sql/connection.h"

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace berth::store::sqlite {

// kOff is for the test that proves that tests notice what it loses.
enum class Sync { kFull, kNormal, kOff };

struct Options {
  std::string path;
  std::chrono::milliseconds busy_timeout{5000};
  std::string vfs;  // empty: the system's
  Sync sync = Sync::kFull;
  int cache_kibibytes = 16 * 1024;
  bool read_only = false;
  // Frames (4 KB pages) in the log that make the checkpointer work, and the writer begin it anew.
  int checkpoint_frames = 1000;
  int restart_frames = 16'000;
};

class Connection final : public sql::Connection {
 public:
  // kUnavailable when the file cannot be opened, kConflict when it is no database. A new file is
  // readable by its owner only.
  static Result<std::unique_ptr<Connection>> open(const Options& options);
  ~Connection() override;

  Result<void> begin(sql::Access access) override;
  Result<void> commit() override;
  void rollback() override;
  Result<void> freeze(sql::Table table) override;
  Result<void> lock(std::string_view name) override;
  Result<void> script(std::string_view statements) override;
  Result<bool> has_table(std::string_view name) override;
  std::string_view kind() const override { return "sqlite"; }

  // SQLite gives a transaction up by itself after some errors (disk full, I/O).
  bool in_transaction() const;
  // By all statements since the connection was opened, undone or not.
  std::int64_t rows_changed() const;
  Result<void> savepoint();
  Result<void> release();
  Result<void> roll_back_to_savepoint();

  // An fsync of this connection has failed. The system may count what it could not write as written
  // (and a later fsync then succeeds without it), so nothing may be promised on this log any more.
  bool sync_failed() const { return sync_failed_; }

  Result<void> set_sync(Sync sync);
  void set_busy_timeout(std::chrono::milliseconds timeout);

  struct Wal {
    int frames = 0;      // in the log
    int backfilled = 0;  // of these, in the database file
  };
  // Frames in the log after this connection's last commit; `backfilled` is not known.
  int wal_frames() const { return wal_frames_; }
  // Copies what it can without waiting for anybody, or (restart) everything, after which the log
  // begins anew; the latter waits for readers up to the busy timeout.
  Result<Wal> checkpoint(bool restart);

 protected:
  Result<sql::Statement*> prepare(sql::Sql sql) override;

 private:
  class Statement;

  explicit Connection(sqlite3* database);
  Result<void> set_up(const Options& options);
  Result<void> control(sql::Sql sql);
  void gather();
  static int on_wal(void* self, sqlite3* database, const char* name, int frames);

  sqlite3* database_;
  int wal_frames_ = 0;
  bool sync_failed_ = false;
  Sync sync_ = Sync::kOff;
  std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;
};

}  // namespace berth::store::sqlite
