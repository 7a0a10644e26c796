#include "net/tls_memory.h"

#include <malloc.h>
#include <openssl/crypto.h>

#include <array>
#include <cstddef>
#include <cstdlib>

namespace berth::net {
namespace {

// OpenSSL asks for 16 KiB, a header and what a record may grow by: all of these get the same size,
// so that one can take the place of another.
constexpr std::size_t kLeast = 16 * 1024;
constexpr std::size_t kSize = 16 * 1024 + 512;
// What glibc may add to a size that was asked for.
constexpr std::size_t kRounding = 64;

class Kept {
 public:
  ~Kept() {
    while (count_ > 0) std::free(blocks_[--count_]);
    closed_ = true;  // OpenSSL cleans up after this thread's objects are gone
  }
  void* take() { return count_ > 0 ? blocks_[--count_] : nullptr; }
  bool keep(void* block) {
    if (closed_ || count_ == blocks_.size()) return false;
    blocks_[count_++] = block;
    return true;
  }

 private:
  std::array<void*, 8> blocks_{};
  std::size_t count_ = 0;
  bool closed_ = false;
};

thread_local Kept kept;

void* allocate(std::size_t size, const char*, int) {
  if (size == 0) return nullptr;
  if (size < kLeast || size > kSize) return std::malloc(size);
  void* const block = kept.take();
  return block != nullptr ? block : std::malloc(kSize);
}

void release(void* block, const char*, int) {
  if (block == nullptr) return;
  const std::size_t size = malloc_usable_size(block);
  if (size >= kSize && size < kSize + kRounding && kept.keep(block)) return;
  std::free(block);
}

void* resize(void* block, std::size_t size, const char* file, int line) {
  if (size != 0) return std::realloc(block, size);
  release(block, file, line);
  return nullptr;
}

}  // namespace

bool keep_tls_buffers() { return CRYPTO_set_mem_functions(&allocate, &resize, &release) == 1; }

}  // namespace berth::net
