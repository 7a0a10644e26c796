// A disk that forgets. A SQLite VFS over the system's: what is written is kept in the files as
// usual, but beside it the shim keeps what would be left after a power failure, namely what was
// synced. crash_after(n) makes the n-th write, truncation or sync from now the moment of the crash:
// from then on nothing reaches the disk and every such call fails. power_off() then puts the files
// back to what a disk would hold: everything synced and, of what was not, a random part (each write
// may be there, be missing or be torn at a sector).
//
// Room store/sqlite tests. Thread rule: any thread; one shim at a time in a process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace berth::store::sqlite {

class CrashVfs {
 public:
  CrashVfs();
  ~CrashVfs();
  CrashVfs(const CrashVfs&) = delete;
  CrashVfs& operator=(const CrashVfs&) = delete;

  // For Options::vfs.
  const char* name() const;

  enum class Survivors { kSyncedOnly, kRandomPart };

  void crash_after(std::uint64_t operations);
  bool crashed() const;
  // The next sync fails, and what it should have written never reaches the disk, although the
  // syncs after it succeed: what Linux does after an I/O error.
  void fail_one_sync();
  // The next write finds the disk full.
  void fail_one_write();
  // Operations seen since the start: the range to pick a crash from.
  std::uint64_t operations() const;
  // Every connection must be closed.
  void power_off(Survivors survivors, std::uint64_t seed);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace berth::store::sqlite
