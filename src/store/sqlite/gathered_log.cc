#include "store/sqlite/gathered_log.h"

#include <sqlite3.h>

#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>

namespace berth::store::sqlite {
namespace {

// SQLite's files of Unix take no more than this in one write (they count with 17 bits); thirty-one
// pages.
constexpr sqlite3_int64 kWaitingBytesMax = 0x1ffff;

// What SQLite allocates for a log; the base's file follows it in the same block.
struct Log {
  sqlite3_file base;
  bool gathers;
  char* bytes;           // kWaitingBytesMax, from the first write that waits
  sqlite3_int64 size;    // of what waits
  sqlite3_int64 offset;  // where it belongs

  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
  const sqlite3_io_methods& methods() { return *real()->pMethods; }
  sqlite3_int64 end() const { return offset + size; }

  // Only a connection that writes needs the room.
  bool has_room() {
    if (bytes == nullptr) bytes = new (std::nothrow) char[std::size_t{kWaitingBytesMax}];
    return bytes != nullptr;
  }

  // What could not be written waits on, so a later call tries again.
  int flush() {
    if (size == 0) return SQLITE_OK;
    const int code = methods().xWrite(real(), bytes, static_cast<int>(size), offset);
    if (code == SQLITE_OK) size = 0;
    return code;
  }
};

Log* self(sqlite3_file* file) { return reinterpret_cast<Log*>(file); }

int on_close(sqlite3_file* file) {
  Log* log = self(file);
  delete[] log->bytes;  // what waits belongs to a transaction that has not come to its end
  return log->methods().xClose(log->real());
}

int on_read(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
  Log* log = self(file);
  if (offset < log->end() && offset + size > log->offset) {
    const int code = log->flush();
    if (code != SQLITE_OK) return code;
  }
  return log->methods().xRead(log->real(), buffer, size, offset);
}

int on_write(sqlite3_file* file, const void* buffer, int size, sqlite3_int64 offset) {
  Log* log = self(file);
  const bool follows = log->size == 0 || offset == log->end();
  const bool fits = log->size + size <= kWaitingBytesMax;
  if (!log->gathers || !follows || !fits) {
    const int code = log->flush();
    if (code != SQLITE_OK) return code;
  }
  if (!log->gathers || size > kWaitingBytesMax || !log->has_room()) {
    return log->methods().xWrite(log->real(), buffer, size, offset);
  }
  if (log->size == 0) log->offset = offset;
  std::memcpy(log->bytes + log->size, buffer, static_cast<std::size_t>(size));
  log->size += size;
  return SQLITE_OK;
}

int on_truncate(sqlite3_file* file, sqlite3_int64 size) {
  Log* log = self(file);
  const int code = log->flush();
  return code == SQLITE_OK ? log->methods().xTruncate(log->real(), size) : code;
}

int on_sync(sqlite3_file* file, int flags) {
  Log* log = self(file);
  const int code = log->flush();
  if (code == SQLITE_OK) return log->methods().xSync(log->real(), flags);
  // SQLite undoes the commit that it wanted to sync. Were its pages written later, and the process
  // killed before others take their place, the log would show a commit that was said to have
  // failed.
  log->size = 0;
  return code;
}

int on_size(sqlite3_file* file, sqlite3_int64* size) {
  Log* log = self(file);
  const int code = log->flush();
  return code == SQLITE_OK ? log->methods().xFileSize(log->real(), size) : code;
}

int on_lock(sqlite3_file* file, int level) {
  return self(file)->methods().xLock(self(file)->real(), level);
}
int on_unlock(sqlite3_file* file, int level) {
  return self(file)->methods().xUnlock(self(file)->real(), level);
}
int on_check(sqlite3_file* file, int* result) {
  return self(file)->methods().xCheckReservedLock(self(file)->real(), result);
}
int on_control(sqlite3_file* file, int operation, void* argument) {
  return self(file)->methods().xFileControl(self(file)->real(), operation, argument);
}
int on_sector(sqlite3_file* file) { return self(file)->methods().xSectorSize(self(file)->real()); }
int on_characteristics(sqlite3_file* file) {
  return self(file)->methods().xDeviceCharacteristics(self(file)->real());
}

// Version 1: shared memory and maps belong to the database file.
constexpr sqlite3_io_methods kMethods{
    1,         on_close, on_read,    on_write,  on_truncate,        on_sync, on_size, on_lock,
    on_unlock, on_check, on_control, on_sector, on_characteristics, nullptr, nullptr, nullptr,
    nullptr,   nullptr,  nullptr};

// Null where there is none, or one of another VFS.
Log* log_of(sqlite3* database) {
  sqlite3_file* file = nullptr;
  const int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER,
                                        static_cast<void*>(&file));
  const bool is_ours = code == SQLITE_OK && file != nullptr && file->pMethods == &kMethods;
  return is_ours ? self(file) : nullptr;
}

// What waits is void, and by the next transaction somebody else may have written in its place.
void on_rollback(void* database) {
  Log* log = log_of(static_cast<sqlite3*>(database));
  if (log != nullptr) log->size = 0;
}

struct Vfs : sqlite3_vfs {
  std::string name;
  sqlite3_vfs* over = nullptr;
};

int on_open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  sqlite3_vfs* base = static_cast<Vfs*>(vfs)->over;
  if ((flags & SQLITE_OPEN_WAL) == 0) return base->xOpen(base, name, file, flags, out_flags);
  Log* log = self(file);
  *log = Log{};
  const int code = base->xOpen(base, name, log->real(), flags, out_flags);
  if (code == SQLITE_OK) log->base.pMethods = &kMethods;
  return code;
}

}  // namespace

std::string gathered_log_vfs(const std::string& base) {
  static std::mutex mutex;
  static std::map<std::string, std::unique_ptr<Vfs>> known;

  const std::lock_guard lock(mutex);
  sqlite3_vfs* found = sqlite3_vfs_find(base.empty() ? nullptr : base.c_str());
  if (found == nullptr) return base;
  std::unique_ptr<Vfs>& vfs = known[found->zName];
  if (vfs != nullptr && vfs->over == found) return vfs->name;
  // Also where a test has put another base in the place of the former.
  if (vfs != nullptr) sqlite3_vfs_unregister(vfs.get());
  vfs = std::make_unique<Vfs>();
  static_cast<sqlite3_vfs&>(*vfs) = *found;
  vfs->name = std::string("berth-gathered-") + found->zName;
  vfs->over = found;
  vfs->zName = vfs->name.c_str();
  vfs->pNext = nullptr;
  vfs->szOsFile = static_cast<int>(sizeof(Log)) + found->szOsFile;
  vfs->xOpen = on_open;
  sqlite3_vfs_register(vfs.get(), 0);
  return vfs->name;
}

void gather_log(sqlite3* database, bool gather) {
  Log* log = log_of(database);
  if (log == nullptr) return;
  log->gathers = gather;
  if (gather) sqlite3_rollback_hook(database, on_rollback, database);
}

}  // namespace berth::store::sqlite
