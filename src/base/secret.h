// Secret: bytes that must not be copied by accident, printed, compared in variable time or left in
// memory. Keys, passwords, tokens and whatever was derived from them live in one of these.
//
// Owns its bytes on the heap; wiped in the destructor, on assignment and after a move. There is no
// operator==, no formatter and no stream operator on purpose: compare with equals(), which takes
// the same time wherever the difference lies.
// Thread rule: plain value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

namespace berth::base {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::span<const std::uint8_t> bytes);
  // The bytes of the text itself; nothing is decoded.
  static Secret from_text(std::string_view text);
  // `size` zero bytes, to be filled through mutable_bytes().
  static Secret of_size(std::size_t size);

  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  // A deliberate copy.
  Secret clone() const { return Secret(bytes()); }

  std::span<const std::uint8_t> bytes() const { return {data_.get(), size_}; }
  std::span<std::uint8_t> mutable_bytes() { return {data_.get(), size_}; }
  // The same bytes as text, valid while this Secret lives.
  std::string_view text() const { return {reinterpret_cast<const char*>(data_.get()), size_}; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  // Constant time for equal sizes; the sizes themselves are not secret.
  bool equals(std::span<const std::uint8_t> other) const;
  bool equals(const Secret& other) const { return equals(other.bytes()); }

  bool operator==(const Secret&) const = delete;

 private:
  void wipe() noexcept;

  std::unique_ptr<std::uint8_t[]> data_;
  std::size_t size_ = 0;
};

// Constant-time comparison of bytes whose sizes are public. False when the sizes differ.
bool equal_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

}  // namespace berth::base

namespace berth {
using base::Secret;
// For values that are copied while nobody changes the secret: the last copy wipes it.
using SharedSecret = std::shared_ptr<const Secret>;
}  // namespace berth
