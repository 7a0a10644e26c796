#include "app/spare_memory.h"

#include "base/log.h"
#include "net/tls_memory.h"

#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <unistd.h>

namespace berth::app {
namespace {

std::size_t resident_bytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) return 0;
  unsigned long whole = 0;
  unsigned long resident = 0;
  const int read = std::fscanf(file, "%lu %lu", &whole, &resident);
  std::fclose(file);
  return read == 2 ? resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE)) : 0;
}

std::size_t spare_of_libc() { return mallinfo2().fordblks; }

std::size_t give_back_to_kernel() {
  const std::size_t before = resident_bytes();
  malloc_trim(SpareMemory::kKept);
  const std::size_t after = resident_bytes();
  return before > after ? before - after : 0;
}

}  // namespace

void keep_some_memory() {
  mallopt(M_TOP_PAD, 1024 * 1024);
  mallopt(M_TRIM_THRESHOLD, 8 * 1024 * 1024);
  if (!net::keep_tls_buffers()) log::debug("memory.tls_buffers_not_kept");
}

SpareMemory::SpareMemory() : SpareMemory(Allocator{&spare_of_libc, &give_back_to_kernel}) {}

SpareMemory::SpareMemory(Allocator allocator) : allocator_(allocator) {}

void SpareMemory::look(Instant now) {
  if (now < next_look_) return;
  next_look_ = now + kLookEvery;
  const std::size_t spare = allocator_.spare();
  given_back_ = std::min(given_back_, spare);
  const bool has_much = spare > given_back_ + kKept;
  const bool stays = has_much && had_much_;
  had_much_ = has_much && !stays;
  if (!stays) return;
  log::debug("memory.given_back", {{"bytes", std::to_string(allocator_.give_back())}});
  given_back_ = allocator_.spare();
}

}  // namespace berth::app
