#include "base/rng.h"

#include "base/check.h"
#include "base/codec.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <sys/random.h>

namespace berth::base {

std::uint64_t Rng::next() {
  std::array<std::uint8_t, 8> bytes{};
  fill(bytes);
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = (value << 8) | byte;
  return value;
}

std::uint64_t Rng::below(std::uint64_t bound) {
  BERTH_CHECK(bound > 0);
  // Values in the last, incomplete stretch are drawn again, so that every result is as likely.
  const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
  std::uint64_t value = next();
  while (value >= limit) value = next();
  return value % bound;
}

Secret Rng::secret(std::size_t size) {
  Secret secret = Secret::of_size(size);
  fill(secret.mutable_bytes());
  return secret;
}

std::string Rng::uuid() {
  std::array<std::uint8_t, 16> bytes{};
  fill(bytes);
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string text = hex_encode(bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

std::string Rng::hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  fill({reinterpret_cast<std::uint8_t*>(raw.data()), raw.size()});
  return hex_encode({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()});
}

namespace {

void fill_from_kernel(std::span<std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const ssize_t got = getrandom(bytes.data(), bytes.size(), 0);
    if (got < 0) {
      BERTH_CHECK(errno == EINTR);
      continue;
    }
    bytes = bytes.subspan(static_cast<std::size_t>(got));
  }
}

// Random bytes fetched ahead: a registration asks for a few at a time, several times, and each
// would be a system call. What was handed out is erased here. Berth does not fork.
class Ahead {
 public:
  void take(std::span<std::uint8_t> bytes) {
    if (left_ < bytes.size()) {
      fill_from_kernel(bytes_);
      left_ = bytes_.size();
    }
    const std::span<std::uint8_t> from(bytes_.data() + left_ - bytes.size(), bytes.size());
    std::copy(from.begin(), from.end(), bytes.begin());
    explicit_bzero(from.data(), from.size());
    left_ -= bytes.size();
  }

 private:
  std::array<std::uint8_t, 512> bytes_{};
  std::size_t left_ = 0;
};

// More than this is worth a call of its own.
constexpr std::size_t kSmall = 64;

}  // namespace

void SystemRng::fill(std::span<std::uint8_t> bytes) {
  if (bytes.size() > kSmall) return fill_from_kernel(bytes);
  thread_local Ahead ahead;
  ahead.take(bytes);
}

void SeededRng::fill(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) {
    // SplitMix64 (public domain algorithm by S. Vigna), one step a byte: speed does not matter
    // here.
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    byte = static_cast<std::uint8_t>(z ^ (z >> 31));
  }
}

}  // namespace berth::base
