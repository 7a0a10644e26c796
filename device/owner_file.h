// Small files for their owner's eyes alone: mode 0600, replaced as a whole or not at all.
//
// Room device, private to it. Thread rule: blocking.
#pragma once

#include "base/result.h"
#include "base/secret.h"

#include <filesystem>
#include <optional>

namespace berth::device {

// Nothing: there is no such file. kTooLarge, kUnavailable.
Result<std::optional<Secret>> read_owner_file(const std::filesystem::path& path,
                                              std::size_t bytes_max);
// On disk when it returns. kUnavailable.
Result<void> write_owner_file(const std::filesystem::path& path,
                              std::span<const std::uint8_t> content);

// Held as long as it lives; the file of the lock stays.
class OwnerLock {
 public:
  // kConflict: another process has it.
  static Result<OwnerLock> take(const std::filesystem::path& path);
  OwnerLock(OwnerLock&& other) noexcept;
  OwnerLock& operator=(OwnerLock&& other) noexcept;
  ~OwnerLock();

 private:
  explicit OwnerLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace berth::device
