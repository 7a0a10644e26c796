#include "store/sqlite/tests/crash_vfs.h"

#include "base/check.h"
#include "base/rng.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

namespace berth::store::sqlite {
namespace {

using Content = std::vector<char>;
constexpr std::size_t kSectorBytes = 512;
constexpr const char* kName = "berth-crash";

struct Operation {
  enum class Kind { kWrite, kTruncate, kDelete } kind;
  std::size_t offset = 0;  // kWrite; the new size for kTruncate
  Content bytes;           // kWrite
};

struct Image {
  bool exists = false;
  Content content;

  void write(std::size_t offset, const char* bytes, std::size_t size) {
    exists = true;
    if (content.size() < offset + size) content.resize(offset + size);
    std::copy(bytes, bytes + size, content.begin() + static_cast<std::ptrdiff_t>(offset));
  }
  void apply(const Operation& operation) {
    switch (operation.kind) {
      case Operation::Kind::kWrite:
        return write(operation.offset, operation.bytes.data(), operation.bytes.size());
      case Operation::Kind::kTruncate:
        content.resize(operation.offset);
        return;
      case Operation::Kind::kDelete:
        exists = false;
        content.clear();
    }
  }
  // Sector by sector, each by the toss of a coin.
  void apply_torn(const Operation& operation, base::Rng& rng) {
    if (operation.kind != Operation::Kind::kWrite) return apply(operation);
    for (std::size_t at = 0; at < operation.bytes.size(); at += kSectorBytes) {
      const std::size_t size = std::min(kSectorBytes, operation.bytes.size() - at);
      if (rng.below(2) == 0) write(operation.offset + at, operation.bytes.data() + at, size);
    }
  }
};

struct Disk {
  Image durable;
  std::vector<Operation> pending;  // in the order they were made

  void sync() {
    for (const Operation& operation : pending) durable.apply(operation);
    pending.clear();
  }
};

Image read_image(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  Image image;
  image.exists = in.good();
  image.content.assign(std::istreambuf_iterator<char>(in), {});
  return image;
}

void write_image(const std::string& path, const Image& image) {
  if (!image.exists) {
    std::filesystem::remove(path);
    return;
  }
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(image.content.data(), static_cast<std::streamsize>(image.content.size()));
}

}  // namespace

struct CrashVfs::State {
  sqlite3_vfs* real = nullptr;
  sqlite3_vfs own{};
  std::mutex mutex;
  std::map<std::string, Disk> disks;
  std::uint64_t operations = 0;
  std::uint64_t crash_at = 0;  // 0: never
  bool crashed = false;
  bool fail_sync = false;
  bool fail_write = false;

  // Counts one operation; whether it still reaches the disk.
  bool step() {
    if (crashed) return false;
    ++operations;
    if (operations == crash_at) crashed = true;
    return !crashed;
  }
};

namespace {

CrashVfs::State* g_state = nullptr;  // SQLite's callbacks have no other way to it

// What SQLite allocates for a file of ours; the system's file follows it in the same block.
struct File {
  sqlite3_file base;
  Disk* disk;  // none for temporary files
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* self(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* real(sqlite3_file* file) { return self(file)->real(); }
const sqlite3_io_methods* methods(sqlite3_file* file) { return real(file)->pMethods; }

int on_close(sqlite3_file* file) { return methods(file)->xClose(real(file)); }
int on_read(sqlite3_file* file, void* buffer, int size, sqlite3_int64 offset) {
  return methods(file)->xRead(real(file), buffer, size, offset);
}

int on_write(sqlite3_file* file, const void* buffer, int size, sqlite3_int64 offset) {
  const std::lock_guard lock(g_state->mutex);
  if (Disk* disk = self(file)->disk) {
    if (!g_state->step()) return SQLITE_IOERR_WRITE;
    if (std::exchange(g_state->fail_write, false)) return SQLITE_FULL;
    const char* bytes = static_cast<const char*>(buffer);
    disk->pending.push_back(
        {Operation::Kind::kWrite, static_cast<std::size_t>(offset), Content(bytes, bytes + size)});
  }
  return methods(file)->xWrite(real(file), buffer, size, offset);
}

int on_truncate(sqlite3_file* file, sqlite3_int64 size) {
  const std::lock_guard lock(g_state->mutex);
  if (Disk* disk = self(file)->disk) {
    if (!g_state->step()) return SQLITE_IOERR_TRUNCATE;
    disk->pending.push_back({Operation::Kind::kTruncate, static_cast<std::size_t>(size), {}});
  }
  return methods(file)->xTruncate(real(file), size);
}

// The system need not sync: the image beside it is the disk.
int on_sync(sqlite3_file* file, int) {
  const std::lock_guard lock(g_state->mutex);
  if (Disk* disk = self(file)->disk) {
    if (!g_state->step()) return SQLITE_IOERR_FSYNC;
    if (std::exchange(g_state->fail_sync, false)) {
      disk->pending.clear();
      return SQLITE_IOERR_FSYNC;
    }
    disk->sync();
  }
  return SQLITE_OK;
}

int on_size(sqlite3_file* file, sqlite3_int64* size) {
  return methods(file)->xFileSize(real(file), size);
}
int on_lock(sqlite3_file* file, int level) { return methods(file)->xLock(real(file), level); }
int on_unlock(sqlite3_file* file, int level) { return methods(file)->xUnlock(real(file), level); }
int on_check(sqlite3_file* file, int* result) {
  return methods(file)->xCheckReservedLock(real(file), result);
}
int on_control(sqlite3_file* file, int operation, void* argument) {
  return methods(file)->xFileControl(real(file), operation, argument);
}
int on_sector(sqlite3_file* file) { return methods(file)->xSectorSize(real(file)); }
int on_characteristics(sqlite3_file* file) {
  return methods(file)->xDeviceCharacteristics(real(file));
}
int on_shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return methods(file)->xShmMap(real(file), page, size, extend, out);
}
int on_shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return methods(file)->xShmLock(real(file), offset, count, flags);
}
void on_shm_barrier(sqlite3_file* file) { methods(file)->xShmBarrier(real(file)); }
int on_shm_unmap(sqlite3_file* file, int remove) {
  return methods(file)->xShmUnmap(real(file), remove);
}

// Version 2: with shared memory for WAL, without memory-mapped reads and writes.
const sqlite3_io_methods kMethods{2,
                                  on_close,
                                  on_read,
                                  on_write,
                                  on_truncate,
                                  on_sync,
                                  on_size,
                                  on_lock,
                                  on_unlock,
                                  on_check,
                                  on_control,
                                  on_sector,
                                  on_characteristics,
                                  on_shm_map,
                                  on_shm_lock,
                                  on_shm_barrier,
                                  on_shm_unmap,
                                  nullptr,
                                  nullptr};

int on_open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  File* opened = self(file);
  opened->base.pMethods = nullptr;
  opened->disk = nullptr;
  if (name != nullptr) {
    const std::lock_guard lock(g_state->mutex);
    const auto [found, is_new] = g_state->disks.try_emplace(name);
    if (is_new) found->second.durable = read_image(name);
    opened->disk = &found->second;
  }
  const int code = g_state->real->xOpen(g_state->real, name, opened->real(), flags, out_flags);
  if (code == SQLITE_OK) opened->base.pMethods = &kMethods;
  return code;
}

int on_delete(sqlite3_vfs*, const char* name, int sync_folder) {
  const std::lock_guard lock(g_state->mutex);
  if (!g_state->step()) return SQLITE_IOERR_DELETE;
  const auto found = g_state->disks.find(name);
  if (found != g_state->disks.end()) {
    found->second.pending.push_back({Operation::Kind::kDelete, 0, {}});
    if (sync_folder != 0) found->second.sync();
  }
  return g_state->real->xDelete(g_state->real, name, sync_folder);
}

}  // namespace

CrashVfs::CrashVfs() : state_(std::make_unique<State>()) {
  BERTH_CHECK(g_state == nullptr);
  g_state = state_.get();
  state_->real = sqlite3_vfs_find(nullptr);
  state_->own = *state_->real;
  state_->own.zName = kName;
  state_->own.pNext = nullptr;
  state_->own.szOsFile = static_cast<int>(sizeof(File)) + state_->real->szOsFile;
  state_->own.xOpen = on_open;
  state_->own.xDelete = on_delete;
  sqlite3_vfs_register(&state_->own, 0);
}

CrashVfs::~CrashVfs() {
  sqlite3_vfs_unregister(&state_->own);
  g_state = nullptr;
}

const char* CrashVfs::name() const { return kName; }

void CrashVfs::crash_after(std::uint64_t operations) {
  const std::lock_guard lock(state_->mutex);
  state_->crash_at = state_->operations + operations;
}

void CrashVfs::fail_one_sync() {
  const std::lock_guard lock(state_->mutex);
  state_->fail_sync = true;
}

void CrashVfs::fail_one_write() {
  const std::lock_guard lock(state_->mutex);
  state_->fail_write = true;
}

bool CrashVfs::crashed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->crashed;
}

std::uint64_t CrashVfs::operations() const {
  const std::lock_guard lock(state_->mutex);
  return state_->operations;
}

void CrashVfs::power_off(Survivors survivors, std::uint64_t seed) {
  base::SeededRng rng(seed);
  const std::lock_guard lock(state_->mutex);
  for (auto& [path, disk] : state_->disks) {
    Image left = disk.durable;
    for (const Operation& operation : disk.pending) {
      if (survivors == Survivors::kSyncedOnly) break;
      const std::uint64_t fate = rng.below(3);
      if (fate == 0) left.apply(operation);
      if (fate == 1) left.apply_torn(operation, rng);
    }
    write_image(path, left);
    std::filesystem::remove(path + "-shm");
  }
  state_->disks.clear();
  state_->crashed = false;
  state_->crash_at = 0;
}

}  // namespace berth::store::sqlite
