#include "crypto/hash.h"

#include "base/check.h"

#include <openssl/evp.h>

namespace berth::crypto {

Sha256 sha256(std::span<const std::uint8_t> bytes) {
  // An implicit fetch on every call costs more than hashing a short text.
  static EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  Sha256 hash{};
  unsigned int size = 0;
  BERTH_CHECK(digest != nullptr &&
              EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, digest, nullptr) == 1);
  BERTH_CHECK(size == hash.size());
  return hash;
}

}  // namespace berth::crypto
