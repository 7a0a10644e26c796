#include "crypto/cbc.h"

#include "base/check.h"

#include <openssl/evp.h>

#include <array>
#include <climits>

namespace berth::crypto {
namespace {

class Context {
 public:
  Context() : context_(EVP_CIPHER_CTX_new()) { BERTH_CHECK(context_ != nullptr); }
  ~Context() { EVP_CIPHER_CTX_free(context_); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  EVP_CIPHER_CTX* get() { return context_; }

 private:
  EVP_CIPHER_CTX* context_;
};

struct Parameters {
  std::span<const std::uint8_t, 16> key;
  std::span<const std::uint8_t, 16> iv;
  int encrypting = 0;
};

// `in` and `out` are whole blocks of the same size.
void run(const Parameters& parameters, std::span<const std::uint8_t> in,
         std::span<std::uint8_t> out) {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr);
  thread_local Context context;
  BERTH_CHECK(cipher != nullptr && in.size() % kBlockBytes == 0 && in.size() <= INT_MAX);
  BERTH_CHECK(EVP_CipherInit_ex2(context.get(), cipher, parameters.key.data(), parameters.iv.data(),
                                 parameters.encrypting, nullptr) == 1);
  BERTH_CHECK(EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1);
  int size = 0;
  BERTH_CHECK(in.empty() || EVP_CipherUpdate(context.get(), out.data(), &size, in.data(),
                                             static_cast<int>(in.size())) == 1);
  std::array<std::uint8_t, kBlockBytes> rest{};
  int rest_size = 0;
  BERTH_CHECK(EVP_CipherFinal_ex(context.get(), rest.data(), &rest_size) == 1 && rest_size == 0);
  BERTH_CHECK(static_cast<std::size_t>(size) == in.size());
}

}  // namespace

base::Bytes encrypt_aes128_cbc(std::span<const std::uint8_t, 16> key,
                               std::span<const std::uint8_t, 16> iv,
                               std::span<const std::uint8_t> whole_blocks) {
  base::Bytes out(whole_blocks.size());
  run({key, iv, 1}, whole_blocks, out);
  return out;
}

std::optional<Secret> decrypt_aes128_cbc(std::span<const std::uint8_t, 16> key,
                                         std::span<const std::uint8_t, 16> iv,
                                         std::span<const std::uint8_t> ciphertext) {
  if (ciphertext.size() % kBlockBytes != 0) return std::nullopt;
  Secret plaintext = Secret::of_size(ciphertext.size());
  run({key, iv, 0}, ciphertext, plaintext.mutable_bytes());
  return plaintext;
}

}  // namespace berth::crypto
