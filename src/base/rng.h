// Randomness as a passed-in object. SystemRng is the kernel's generator (getrandom), good for keys
// and nonces; SeededRng repeats itself and is for tests and simulation only.
//
// Thread rule: SystemRng may be used from any thread; SeededRng belongs to one.
#pragma once

#include "base/secret.h"

#include <cstdint>
#include <span>
#include <string>

namespace berth::base {

class Rng {
 public:
  virtual ~Rng() = default;
  virtual void fill(std::span<std::uint8_t> bytes) = 0;

  std::uint64_t next();
  // A value in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
  Secret secret(std::size_t size);
  // RFC 9562 version 4, lower case with hyphens.
  std::string uuid();
  // `bytes` random bytes as 2*bytes lower-case hex digits.
  std::string hex(std::size_t bytes);
};

class SystemRng final : public Rng {
 public:
  void fill(std::span<std::uint8_t> bytes) override;
};

class SeededRng final : public Rng {
 public:
  explicit SeededRng(std::uint64_t seed) : state_(seed) {}
  void fill(std::span<std::uint8_t> bytes) override;

 private:
  std::uint64_t state_;
};

}  // namespace berth::base

namespace berth {
using base::Rng;
}  // namespace berth
