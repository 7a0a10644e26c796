#include "factory/riot_digest.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace berth::factory {
namespace {

constexpr std::size_t kBlockBytes = 64;
constexpr std::size_t kCountAt = 56;  // the bit count in the last block

// FIPS 180-4 §4.2.2 and §5.3.3.
constexpr std::array<std::uint32_t, 64> kRound{
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
constexpr std::array<std::uint32_t, 8> kBegin{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                              0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

struct Work {
  std::array<std::uint32_t, 8> state = kBegin;
  std::array<std::uint32_t, 8> turn{};
  std::array<std::uint32_t, 64> schedule{};
  std::array<std::uint8_t, kBlockBytes> last{};

  Work() = default;
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() { OPENSSL_cleanse(this, sizeof(*this)); }

  void add(std::span<const std::uint8_t, kBlockBytes> block);
};

std::uint32_t mix(std::uint32_t word, int a, int b, int c) {
  return std::rotr(word, a) ^ std::rotr(word, b) ^ std::rotr(word, c);
}

std::uint32_t little_endian(std::span<const std::uint8_t> bytes) {
  return std::uint32_t{bytes[0]} | std::uint32_t{bytes[1]} << 8U | std::uint32_t{bytes[2]} << 16U |
         std::uint32_t{bytes[3]} << 24U;
}

void Work::add(std::span<const std::uint8_t, kBlockBytes> block) {
  auto& w = schedule;
  for (std::size_t i = 0; i < 16; ++i) w[i] = little_endian(block.subspan(4 * i, 4));
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t near =
        std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3U);
    const std::uint32_t far = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10U);
    w[i] = w[i - 16] + near + w[i - 7] + far;
  }
  turn = state;
  auto& [a, b, c, d, e, f, g, h] = turn;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t first =
        h + mix(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + kRound[i] + schedule[i];
    const std::uint32_t second = mix(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  for (std::size_t i = 0; i < state.size(); ++i) state[i] += turn[i];
}

}  // namespace

Secret riot_digest(std::span<const std::uint8_t> text) {
  Work work;
  const std::uint64_t bits = std::uint64_t{text.size()} * 8;
  while (text.size() >= kBlockBytes) {
    work.add(text.first<kBlockBytes>());
    text = text.subspan(kBlockBytes);
  }
  std::copy(text.begin(), text.end(), work.last.begin());
  work.last[text.size()] = 0x80;
  if (text.size() >= kCountAt) {
    work.add(work.last);
    work.last.fill(0);
  }
  for (std::size_t i = 0; i < 8; ++i) {
    work.last[kCountAt + i] = static_cast<std::uint8_t>(bits >> (8 * i));
  }
  work.add(work.last);
  Secret digest = Secret::of_size(32);
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest.mutable_bytes()[i] = static_cast<std::uint8_t>(work.state[i / 4] >> (8 * (i % 4)));
  }
  return digest;
}

}  // namespace berth::factory
