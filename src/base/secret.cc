#include "base/secret.h"

#include <algorithm>
#include <string.h>
#include <utility>

namespace berth::base {

Secret::Secret(std::span<const std::uint8_t> bytes)
    : data_(bytes.empty() ? nullptr : std::make_unique<std::uint8_t[]>(bytes.size())),
      size_(bytes.size()) {
  std::copy(bytes.begin(), bytes.end(), data_.get());
}

Secret Secret::from_text(std::string_view text) {
  return Secret({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

Secret Secret::of_size(std::size_t size) {
  Secret secret;
  secret.data_ = std::make_unique<std::uint8_t[]>(size);
  secret.size_ = size;
  return secret;
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::move(other.data_)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

Secret::~Secret() { wipe(); }

void Secret::wipe() noexcept {
  if (data_) explicit_bzero(data_.get(), size_);
  data_.reset();
  size_ = 0;
}

bool Secret::equals(std::span<const std::uint8_t> other) const {
  return equal_constant_time(bytes(), other);
}

bool equal_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  if (a.size() != b.size()) return false;
  std::uint8_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    // volatile keeps the compiler from leaving the loop at the first difference.
    const volatile std::uint8_t left = a[i];
    const volatile std::uint8_t right = b[i];
    difference = static_cast<std::uint8_t>(difference | (left ^ right));
  }
  return difference == 0;
}

}  // namespace berth::base
