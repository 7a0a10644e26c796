// Randomness that a test chooses: gives out the bytes it was made with, and stops the test when
// they are used up. For vectors with a fixed salt.
// Thread rule: belongs to one thread.
#pragma once

#include "base/check.h"
#include "base/codec.h"
#include "base/rng.h"

#include <algorithm>

namespace berth::crypto {

class FixedRng final : public base::Rng {
 public:
  explicit FixedRng(std::string_view hex) : bytes_(base::hex_decode(hex).value()) {}
  void fill(std::span<std::uint8_t> bytes) override {
    BERTH_CHECK(at_ + bytes.size() <= bytes_.size());
    const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(at_);
    std::copy_n(from, bytes.size(), bytes.begin());
    at_ += bytes.size();
  }
  bool is_used_up() const { return at_ == bytes_.size(); }

 private:
  base::Bytes bytes_;
  std::size_t at_ = 0;
};

}  // namespace berth::crypto
