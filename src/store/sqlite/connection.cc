#include "store/sqlite/connection.h"

#include "base/check.h"
#include "store/sqlite/gathered_log.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace berth::store::sqlite {
namespace {

constexpr sql::SchemaWords kWords{
    .text = "TEXT",
    .serial = "INTEGER PRIMARY KEY",
    .lasting_serial = "INTEGER PRIMARY KEY AUTOINCREMENT",
    .clustered = " WITHOUT ROWID",
};

// Readers look at the file in memory: each commit voids a reader's own cache, and then every page
// on the way to a row would be read, and copied, anew. The most that SQLite maps.
constexpr std::int64_t kReaderMapsBytes = 0x7fff0000;

struct Class {
  ErrorKind kind;
  std::string_view what;
  std::string_view mend;
};

Class classify(int code) {
  // Statements look up what they refer to in the value itself, and find NULL.
  if (code == SQLITE_CONSTRAINT_NOTNULL) {
    return {ErrorKind::kNotFound, "what the record refers to is gone", "read again and repeat"};
  }
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::kUnavailable, "the database is held by another process",
              "try again; stop the other program that uses the file"};
    case SQLITE_FULL:
      return {ErrorKind::kUnavailable, "the disk is full", "make room on the disk"};
    case SQLITE_IOERR:
      return {ErrorKind::kUnavailable, "the disk reported an error", "check the disk"};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
      return {ErrorKind::kUnavailable, "the database file cannot be opened for writing",
              "check that folder and file exist and belong to the user of the server"};
    case SQLITE_CONSTRAINT:
      return {ErrorKind::kConflict, "a rule of the database forbids it", "read again and repeat"};
    case SQLITE_NOTADB:
      return {ErrorKind::kConflict, "the file is not a database", "give another path"};
    case SQLITE_CORRUPT:
      return {ErrorKind::kInternal, "the database is damaged", "restore a backup"};
    case SQLITE_NOMEM:
      return {ErrorKind::kUnavailable, "out of memory", "give the server more memory"};
    default:
      return {ErrorKind::kInternal, "the database refused a statement", "report this as a bug"};
  }
}

Error make_error(sqlite3* database, int code) {
  const Class found = classify(code);
  const int extended = database == nullptr ? code : sqlite3_extended_errcode(database);
  const char* text = database == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(database);
  return Error{found.kind, fmt::format("store: {} (SQLite {}: {})", found.what, extended, text),
               std::string(found.mend)};
}

// SQLite numbers parameters by `?1`; `$1` would be a name.
std::string native_parameters(const char* text) {
  std::string native(text);
  for (std::size_t i = 0; i + 1 < native.size(); ++i) {
    if (native[i] == '$' && native[i + 1] >= '1' && native[i + 1] <= '9') native[i] = '?';
  }
  return native;
}

// So that neither the database nor its log, which copies the mode, is ever readable by others. The
// name of a new file is made durable here, because SQLite does so for logs only.
void create_private(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return;  // it exists, or SQLite says in a moment why it cannot
  ::close(file);
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  const int handle = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return;
  ::fsync(handle);
  ::close(handle);
}

// SQLite's statistics take a lock of the whole process for every allocation, and nobody reads them.
void count_no_memory() {
  // Refused, to no harm, where somebody has used SQLite before.
  static const int answer = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(answer);
}

}  // namespace

class Connection::Statement final : public sql::Statement {
 public:
  Statement(Connection& owner, sqlite3_stmt* statement) : owner_(owner), statement_(statement) {}
  ~Statement() override { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Result<void> start(std::span<const sql::Value> values, bool lasting) override {
    BERTH_CHECK(!running_);  // the same literal inside its own loop
    running_ = true;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const int code = bind(static_cast<int>(i) + 1, values[i], lasting);
      if (code != SQLITE_OK) return Fail(make_error(sqlite3_db_handle(statement_), code));
    }
    return {};
  }

  Result<bool> next() override {
    const int code = sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) owner_.sync_failed_ = true;
    return Fail(make_error(sqlite3_db_handle(statement_), code));
  }

  bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  std::int64_t number(int column) const override {
    return sqlite3_column_int64(statement_, column);
  }
  std::string_view text(int column) const override {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    if (bytes == nullptr) return {};
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  std::uint64_t changed() const override {
    return static_cast<std::uint64_t>(sqlite3_changes64(sqlite3_db_handle(statement_)));
  }
  void reset() override {
    sqlite3_reset(statement_);
    running_ = false;
  }

 private:
  int bind(int index, const sql::Value& value, bool lasting) {
    if (const std::int64_t* number = value.number()) {
      return sqlite3_bind_int64(statement_, index, *number);
    }
    const std::string_view text = *value.text();
    const char* bytes = text.data() == nullptr ? "" : text.data();
    // What does not last is copied. What does is looked at until reset(), and never again: each
    // start binds every parameter anew.
    return sqlite3_bind_text64(statement_, index, bytes, text.size(),
                               lasting ? SQLITE_STATIC : SQLITE_TRANSIENT, SQLITE_UTF8);
  }

  Connection& owner_;
  sqlite3_stmt* statement_;
  bool running_ = false;
};

Connection::Connection(sqlite3* database) : database_(database) {}

Connection::~Connection() {
  statements_.clear();
  sqlite3_close(database_);
}

Result<std::unique_ptr<Connection>> Connection::open(const Options& options) {
  count_no_memory();
  const bool in_memory = options.path == ":memory:";
  if (!in_memory && options.vfs.empty() && !options.read_only) create_private(options.path);
  const int flags =
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  sqlite3* database = nullptr;
  const std::string vfs = gathered_log_vfs(options.vfs);
  const int code =
      sqlite3_open_v2(options.path.c_str(), &database, flags, vfs.empty() ? nullptr : vfs.c_str());
  std::unique_ptr<Connection> connection(new Connection(database));
  if (code != SQLITE_OK) return Fail(make_error(database, code));
  Result<void> ready = connection->set_up(options);
  if (!ready) return Fail(std::move(ready).error());
  return connection;
}

Result<void> Connection::set_up(const Options& options) {
  set_busy_timeout(options.busy_timeout);
  sqlite3_extended_result_codes(database_, 1);
  // Plans do not look at bound values. Else a statement that compares a column with a value for
  // which there is a partial index is prepared anew each time it runs.
  sqlite3_db_config(database_, SQLITE_DBCONFIG_ENABLE_QPSG, 1, nullptr);
  // EXTRA first: turning a new file into a WAL database is the one transaction with a rollback
  // journal, and only EXTRA makes the removal of that journal durable. Were it to come back after a
  // power failure, SQLite would roll the database back to its beginning.
  const std::string pragmas = fmt::format(
      "PRAGMA synchronous=EXTRA; PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; PRAGMA "
      "trusted_schema=OFF;"
      "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-{}; PRAGMA wal_autocheckpoint=0;"
      "PRAGMA journal_size_limit=67108864; PRAGMA query_only={}; PRAGMA mmap_size={};",
      options.cache_kibibytes, options.read_only ? 1 : 0, options.read_only ? kReaderMapsBytes : 0);
  Result<void> done = script(pragmas);
  if (!done) return done;
  sqlite3_wal_hook(database_, &Connection::on_wal, this);
  return set_sync(options.sync);
}

int Connection::on_wal(void* self, sqlite3*, const char*, int frames) {
  static_cast<Connection*>(self)->wal_frames_ = frames;
  return SQLITE_OK;
}

Result<sql::Statement*> Connection::prepare(sql::Sql sql) {
  std::unique_ptr<Statement>& cached = statements_[sql.text()];
  if (cached) return cached.get();
  const std::string text = native_parameters(sql.text());
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(database_, text.c_str(), static_cast<int>(text.size()) + 1,
                                      SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return Fail(make_error(database_, code));
  cached = std::make_unique<Statement>(*this, statement);
  return cached.get();
}

Result<void> Connection::control(sql::Sql sql) {
  Result<bool> done = execute(sql, {});
  if (!done) return Fail(std::move(done).error());
  return {};
}

Result<void> Connection::begin(sql::Access access) {
  if (access == sql::Access::kRead) return control("BEGIN");
  Result<void> begun =
      control(access == sql::Access::kWrite ? sql::Sql("BEGIN IMMEDIATE") : "BEGIN EXCLUSIVE");
  if (begun) gather();
  return begun;
}

Result<void> Connection::commit() { return control("COMMIT"); }

void Connection::rollback() {
  if (!in_transaction()) return;
  const Result<void> done = control("ROLLBACK");
  static_cast<void>(done);  // fails only when SQLite has rolled back by itself
}

// There is one writer at a time in the whole file.
Result<void> Connection::freeze(sql::Table) { return {}; }
Result<void> Connection::lock(std::string_view) { return {}; }

Result<void> Connection::script(std::string_view statements) {
  const std::string filled = sql::fill_words(statements, kWords);
  const int code = sqlite3_exec(database_, filled.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return Fail(make_error(database_, code));
  return {};
}

Result<bool> Connection::has_table(std::string_view name) {
  return execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1",
                 {sql::Value(name)});
}

std::int64_t Connection::rows_changed() const { return sqlite3_total_changes64(database_); }

bool Connection::in_transaction() const { return sqlite3_get_autocommit(database_) == 0; }

Result<void> Connection::savepoint() { return control("SAVEPOINT unit"); }
Result<void> Connection::release() { return control("RELEASE unit"); }
Result<void> Connection::roll_back_to_savepoint() {
  Result<void> undone = control("ROLLBACK TO unit");
  if (!undone) return undone;
  return release();
}

// Not control(): SQLite carries this pragma out while it compiles it, so a cached statement would
// do nothing.
Result<void> Connection::set_sync(Sync sync) {
  sync_ = Sync::kOff;  // unless what follows succeeds
  gather();
  Result<void> done;
  switch (sync) {
    case Sync::kFull:
      done = script("PRAGMA synchronous=FULL");
      break;
    case Sync::kNormal:
      done = script("PRAGMA synchronous=NORMAL");
      break;
    case Sync::kOff:
      done = script("PRAGMA synchronous=OFF");
      break;
  }
  if (!done) return done;
  sync_ = sync;
  gather();
  return {};
}

// Of a new database the log is not open before the first transaction.
void Connection::gather() { gather_log(database_, sync_ == Sync::kFull); }

void Connection::set_busy_timeout(std::chrono::milliseconds timeout) {
  sqlite3_busy_timeout(database_, static_cast<int>(timeout.count()));
}

Result<Connection::Wal> Connection::checkpoint(bool restart) {
  Wal wal;
  const int code = sqlite3_wal_checkpoint_v2(
      database_, nullptr, restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE,
      &wal.frames, &wal.backfilled);
  if (code != SQLITE_OK) return Fail(make_error(database_, code));
  return wal;
}

}  // namespace berth::store::sqlite
