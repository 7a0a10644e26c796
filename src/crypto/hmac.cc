#include "crypto/hmac.h"

#include "base/check.h"
#include "base/codec.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <algorithm>
#include <string>

namespace berth::crypto {
namespace {

// OpenSSL takes a null key pointer for "keep the key you have".
constexpr std::uint8_t kNoBytes[1] = {0};

const std::uint8_t* pointer(std::span<const std::uint8_t> bytes) {
  return bytes.empty() ? kNoBytes : bytes.data();
}

class Context {
 public:
  explicit Context(std::string hash) {
    static EVP_MAC* const mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    BERTH_CHECK(mac != nullptr);
    context_ = EVP_MAC_CTX_new(mac);
    BERTH_CHECK(context_ != nullptr);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash.data(), 0),
        OSSL_PARAM_construct_end(),
    };
    BERTH_CHECK(EVP_MAC_CTX_set_params(context_, params) == 1);
  }
  ~Context() { EVP_MAC_CTX_free(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  void compute(std::span<const std::uint8_t> key, std::span<const std::uint8_t> text,
               std::span<std::uint8_t> out) {
    std::size_t size = 0;
    BERTH_CHECK(EVP_MAC_init(context_, pointer(key), key.size(), nullptr) == 1);
    BERTH_CHECK(EVP_MAC_update(context_, pointer(text), text.size()) == 1);
    BERTH_CHECK(EVP_MAC_final(context_, out.data(), &size, out.size()) == 1);
    BERTH_CHECK(size == out.size());
  }

 private:
  EVP_MAC_CTX* context_ = nullptr;
};

Context& sha256_context() {
  thread_local Context context("SHA256");
  return context;
}

Context& sha1_context() {
  thread_local Context context("SHA1");
  return context;
}

Context& md5_context() {
  thread_local Context context("MD5");
  return context;
}

}  // namespace

Sha256 hmac_sha256(std::span<const std::uint8_t> key, std::span<const std::uint8_t> text) {
  Sha256 mac{};
  sha256_context().compute(key, text, mac);
  return mac;
}

Sha256 hmac_sha256(std::span<const std::uint8_t> key, std::string_view text) {
  return hmac_sha256(key, base::as_bytes(text));
}

Sha1Mac hmac_sha1(std::span<const std::uint8_t> key, std::string_view text) {
  Sha1Mac mac{};
  sha1_context().compute(key, base::as_bytes(text), mac);
  return mac;
}

Md5Mac hmac_md5(std::span<const std::uint8_t> key, std::string_view text) {
  Md5Mac mac{};
  md5_context().compute(key, base::as_bytes(text), mac);
  return mac;
}

bool verify_hmac_sha256(std::span<const std::uint8_t> key, std::string_view text,
                        std::span<const std::uint8_t> mac) {
  return base::equal_constant_time(hmac_sha256(key, text), mac);
}

Secret hmac_sha256_secret(std::span<const std::uint8_t> key, std::string_view text) {
  Secret mac = Secret::of_size(Sha256{}.size());
  sha256_context().compute(key, base::as_bytes(text), mac.mutable_bytes());
  return mac;
}

Secret hkdf_sha256(const Secret& input, std::span<const std::uint8_t> salt, std::string_view info,
                   std::size_t size) {
  static EVP_KDF* const kdf = EVP_KDF_fetch(nullptr, "HKDF", nullptr);
  BERTH_CHECK(kdf != nullptr);
  EVP_KDF_CTX* const context = EVP_KDF_CTX_new(kdf);
  BERTH_CHECK(context != nullptr);
  // The parameter list takes pointers to non-const; nothing is written through them.
  char name[] = "SHA256";
  Secret key = input.clone();
  std::string label(info);
  base::Bytes salted(salt.begin(), salt.end());
  OSSL_PARAM params[5];
  std::size_t count = 0;
  params[count++] = OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, name, 0);
  params[count++] =
      OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.mutable_bytes().data(), key.size());
  if (!salted.empty()) {
    params[count++] =
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salted.data(), salted.size());
  }
  if (!label.empty()) {
    params[count++] =
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, label.data(), label.size());
  }
  params[count] = OSSL_PARAM_construct_end();
  Secret out = Secret::of_size(size);
  const int done = EVP_KDF_derive(context, out.mutable_bytes().data(), out.size(), params);
  EVP_KDF_CTX_free(context);
  BERTH_CHECK(done == 1);
  return out;
}

}  // namespace berth::crypto
