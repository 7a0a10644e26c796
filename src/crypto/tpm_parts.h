// What the TPM files of this room share: big-endian structures from bytes and to bytes, the key
// derivation KDFa and AES-128-CFB as TPM 2.0 uses them (dice-x509.md §7.3).
//
// Room crypto, internal. Thread rule: pure functions; a reader or writer belongs to its caller.
#pragma once

#include "base/codec.h"
#include "base/secret.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace berth::crypto {

// Reads from the front. After one failure everything that follows fails too.
class TpmReader {
 public:
  explicit TpmReader(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

  std::optional<std::uint16_t> u16();
  std::optional<std::uint32_t> u32();
  // A TPM2B: two bytes of size and that many bytes, which stay where they are.
  std::optional<std::span<const std::uint8_t>> sized();
  bool at_end() const { return !failed_ && rest_.empty(); }

 private:
  std::optional<std::span<const std::uint8_t>> take(std::size_t size);

  std::span<const std::uint8_t> rest_;
  bool failed_ = false;
};

// Appends to bytes that are not secret.
class TpmWriter {
 public:
  TpmWriter& u16(std::uint16_t value);
  TpmWriter& u32(std::uint32_t value);
  TpmWriter& raw(std::span<const std::uint8_t> bytes);
  TpmWriter& sized(std::span<const std::uint8_t> bytes);  // at most 65535
  const base::Bytes& bytes() const { return bytes_; }

 private:
  base::Bytes bytes_;
};

inline constexpr std::size_t kTpmSeedBytes = 32;

// KDFa with SHA-256; `bits` 128 or 256. The label gets its zero byte here.
Secret tpm_kdf_a(const Secret& seed, std::string_view label, std::span<const std::uint8_t> context,
                 std::uint32_t bits);
// AES-128 in CFB mode with whole-block feedback and an IV of zeros.
base::Bytes tpm_cfb_encrypt(const Secret& key, std::span<const std::uint8_t> plaintext);
// 000b ‖ SHA-256.
base::Bytes tpm_name(std::span<const std::uint8_t> public_area);

}  // namespace berth::crypto
