// High-water marks of a hub's log: the last numbers given. They are kept twice. In the database
// they are part of the same write as the events, so they hold even when retention dropped every
// event. In a small file beside it they are written after each commit, without a sync of its own:
// where that file knows more than the database does, acknowledged events were lost to damage, and
// because the numbers go on from there, readers see the gap.
//
// Room store/rocksdb. Thread rule: Marks is a plain value; MarksFile belongs to one thread.
#pragma once

#include "base/result.h"
#include "domain/message.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::store::rocksdb {

struct Marks {
  std::uint64_t generation = 0;          // see cursor.h
  std::uint64_t ordinal = 0;             // of the hub's last event; the first is 1
  std::vector<std::uint64_t> sequences;  // of each partition's last event; the first is 1
  std::uint32_t family = 0;              // the number RocksDB gave its column family
  bool operator==(const Marks&) const = default;
};

std::string encode_marks(const Marks& marks);
std::optional<Marks> decode_marks(std::string_view bytes);
// The higher of each; `marks` decides about everything else.
void raise(Marks& marks, const Marks& by);

class MarksFile {
 public:
  static Result<MarksFile> open(const std::string& path);
  MarksFile(MarksFile&& other) noexcept;
  MarksFile& operator=(MarksFile&&) = delete;
  ~MarksFile();

  // As the file had them when it was opened, and as they were put since.
  const Marks* find(const std::string& hub) const;
  std::vector<std::string> hubs() const;
  // Failures are ignored: the database has the marks that count.
  void put(const std::string& hub, const Marks& marks);
  void remove(const std::string& hub);
  void sync();

 private:
  struct Slot {
    std::size_t number;
    Marks marks;
  };
  explicit MarksFile(int descriptor) : descriptor_(descriptor) {}
  void load();
  std::size_t free_slot();
  void write(std::size_t number, const std::string& bytes);

  int descriptor_;
  std::map<std::string, Slot> slots_;
  std::vector<std::size_t> free_;
  std::size_t count_ = 0;
};

}  // namespace berth::store::rocksdb
