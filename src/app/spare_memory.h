// What the C library's allocator keeps of memory that was freed, and when it gives it back. It
// keeps some, because asking the kernel for every few registrations costs more than they do; what a
// crowd of devices took would stay with the process for ever, since its pieces lie between others.
//
// Room app. Thread rule: keep_some_memory() from main() before any other thread; a SpareMemory is
// used by one thread at a time.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <cstddef>

namespace berth::app {

void keep_some_memory();

class SpareMemory {
 public:
  // What it asks and tells the allocator; tests have their own.
  struct Allocator {
    std::size_t (*spare)();      // bytes that are free, those given back included
    std::size_t (*give_back)();  // by how many bytes the process is smaller now
  };
  // Free memory that stays: a server under load takes and frees it all the time.
  static constexpr std::size_t kKept = std::size_t{64} * 1024 * 1024;
  static constexpr std::chrono::seconds kLookEvery{30};

  SpareMemory();
  explicit SpareMemory(Allocator allocator);

  // To be called every now and then. More than kKept twice in a row is given back, but for kKept;
  // that takes some milliseconds for each 100 MB, in which others wait for memory.
  void look(Instant now);

 private:
  const Allocator allocator_;
  Instant next_look_ = Instant::min();
  std::size_t given_back_ = 0;  // of what is free
  bool had_much_ = false;
};

}  // namespace berth::app
