#include "crypto/derived_password.h"

#include "base/check.h"
#include "base/codec.h"

#include <openssl/evp.h>

#include <algorithm>

namespace berth::crypto {
namespace {

constexpr std::size_t kSha1Bytes = 20;

Secret join(std::string_view first, std::string_view second) {
  Secret joined = Secret::of_size(first.size() + second.size());
  const auto end = std::copy(first.begin(), first.end(), joined.mutable_bytes().begin());
  std::copy(second.begin(), second.end(), end);
  return joined;
}

}  // namespace

Secret derive_password(std::string_view first, std::string_view second) {
  static EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  const Secret joined = join(first, second);
  Secret hash = Secret::of_size(kSha1Bytes);
  unsigned int size = 0;
  BERTH_CHECK(digest != nullptr &&
              EVP_Digest(joined.bytes().data(), joined.size(), hash.mutable_bytes().data(), &size,
                         digest, nullptr) == 1);
  BERTH_CHECK(size == kSha1Bytes);
  return base::base64_encode_secret(hash.bytes());
}

}  // namespace berth::crypto
