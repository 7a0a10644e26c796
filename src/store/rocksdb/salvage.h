// Reads what can be read of a log that cannot be opened: every block of every table file whose
// checksum is right, then every record of the write-ahead logs whose checksum is right. Needs no
// manifest. The files are only read.
//
// Room store/rocksdb. Thread rule: one caller; blocks for as long as reading everything takes.
#pragma once

#include "base/result.h"
#include "store/rocksdb/marks.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace rocksdb {
class Env;
}

namespace berth::store::rocksdb {

// Where it goes.
class Salvager {
 public:
  virtual ~Salvager() = default;
  // Of each hub, before its first event.
  virtual Result<void> begin(const std::string& hub, const Marks& marks) = 0;
  // Events come once or several times, each time the same; file by file, in the order in which
  // they were written. The record can be decoded.
  virtual Result<void> event(const std::string& hub, std::uint64_t ordinal,
                             std::string_view record) = 0;
};

struct SalvageCounts {
  std::uint64_t files = 0;
  std::uint64_t damaged = 0;  // files, and stretches of files, that could not be read
};

// Fails with what the Salvager fails with.
Result<SalvageCounts> salvage(const std::string& directory, ::rocksdb::Env* env, Salvager& to);

// What a write that forgets a hub notes in the write-ahead log, so that its events stay forgotten.
std::string forgotten_note(std::uint32_t family);

}  // namespace berth::store::rocksdb
