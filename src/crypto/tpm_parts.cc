#include "crypto/tpm_parts.h"

#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "crypto/openssl_parts.h"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>

namespace berth::crypto {
namespace {

using CipherContextPtr = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

constexpr std::uint16_t kAlgorithmSha256 = 0x000B;
constexpr std::size_t kCfbKeyBytes = 16;
constexpr std::size_t kBlock = 16;

}  // namespace

std::optional<std::span<const std::uint8_t>> TpmReader::take(std::size_t size) {
  if (failed_ || rest_.size() < size) {
    failed_ = true;
    return std::nullopt;
  }
  const auto taken = rest_.first(size);
  rest_ = rest_.subspan(size);
  return taken;
}

std::optional<std::uint16_t> TpmReader::u16() {
  const auto two = take(2);
  if (!two) return std::nullopt;
  return static_cast<std::uint16_t>((*two)[0] << 8 | (*two)[1]);
}

std::optional<std::uint32_t> TpmReader::u32() {
  const std::optional<std::uint16_t> high = u16();
  const std::optional<std::uint16_t> low = u16();
  if (!high || !low) return std::nullopt;
  return static_cast<std::uint32_t>(*high) << 16 | *low;
}

std::optional<std::span<const std::uint8_t>> TpmReader::sized() {
  const std::optional<std::uint16_t> size = u16();
  if (!size) return std::nullopt;
  return take(*size);
}

TpmWriter& TpmWriter::u16(std::uint16_t value) {
  bytes_.push_back(static_cast<std::uint8_t>(value >> 8));
  bytes_.push_back(static_cast<std::uint8_t>(value));
  return *this;
}

TpmWriter& TpmWriter::u32(std::uint32_t value) {
  return u16(static_cast<std::uint16_t>(value >> 16)).u16(static_cast<std::uint16_t>(value));
}

TpmWriter& TpmWriter::raw(std::span<const std::uint8_t> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  return *this;
}

TpmWriter& TpmWriter::sized(std::span<const std::uint8_t> bytes) {
  BERTH_CHECK(bytes.size() <= std::numeric_limits<std::uint16_t>::max());
  return u16(static_cast<std::uint16_t>(bytes.size())).raw(bytes);
}

Secret tpm_kdf_a(const Secret& seed, std::string_view label, std::span<const std::uint8_t> context,
                 std::uint32_t bits) {
  BERTH_CHECK(bits == 128 || bits == 256);
  TpmWriter text;  // one round of HMAC-SHA-256 gives enough
  text.u32(1).raw(base::as_bytes(label)).raw(base::Bytes{0}).raw(context).u32(bits);
  const Secret whole = hmac_sha256_secret(
      seed.bytes(), {reinterpret_cast<const char*>(text.bytes().data()), text.bytes().size()});
  return Secret(whole.bytes().first(bits / 8));
}

base::Bytes tpm_cfb_encrypt(const Secret& key, std::span<const std::uint8_t> plaintext) {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-128-CFB", nullptr);
  static constexpr std::uint8_t kZeros[kBlock] = {};
  BERTH_CHECK(cipher != nullptr && key.size() == kCfbKeyBytes &&
              plaintext.size() <= std::numeric_limits<std::uint16_t>::max());
  const CipherContextPtr context(EVP_CIPHER_CTX_new());
  BERTH_CHECK(context != nullptr &&
              EVP_EncryptInit_ex2(context.get(), cipher, key.bytes().data(), kZeros, nullptr) == 1);
  base::Bytes out(plaintext.size());
  int size = 0;
  BERTH_CHECK(plaintext.empty() ||
              EVP_EncryptUpdate(context.get(), out.data(), &size, plaintext.data(),
                                static_cast<int>(plaintext.size())) == 1);
  BERTH_CHECK(static_cast<std::size_t>(size) == out.size());
  return out;
}

base::Bytes tpm_name(std::span<const std::uint8_t> public_area) {
  TpmWriter name;
  name.u16(kAlgorithmSha256).raw(sha256(public_area));
  return name.bytes();
}

}  // namespace berth::crypto
