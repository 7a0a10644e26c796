#include "crypto/aead.h"

#include "base/check.h"
#include "base/codec.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace berth::crypto {
namespace {

constexpr std::size_t kKeyBytes = 32;

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

// Keyed, with the associated data taken in.
EVP_CIPHER_CTX* start(const AeadParameters& parameters, int encrypting) {
  static EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  thread_local Context context;
  BERTH_CHECK(cipher != nullptr && parameters.key.size() == kKeyBytes &&
              parameters.nonce.size() == kNonceBytes);
  BERTH_CHECK(EVP_CipherInit_ex2(context.get(), cipher, parameters.key.data(),
                                 parameters.nonce.data(), encrypting, nullptr) == 1);
  const auto data = base::as_bytes(parameters.associated_data);
  int size = 0;
  BERTH_CHECK(data.empty() || EVP_CipherUpdate(context.get(), nullptr, &size, data.data(),
                                               static_cast<int>(data.size())) == 1);
  return context.get();
}

void update(EVP_CIPHER_CTX* context, std::span<const std::uint8_t> in, std::uint8_t* out) {
  int size = 0;
  BERTH_CHECK(in.empty() ||
              EVP_CipherUpdate(context, out, &size, in.data(), static_cast<int>(in.size())) == 1);
}

}  // namespace

void encrypt(const AeadParameters& parameters, std::span<const std::uint8_t> plaintext,
             std::span<std::uint8_t> out) {
  BERTH_CHECK(out.size() == plaintext.size() + kTagBytes);
  EVP_CIPHER_CTX* const context = start(parameters, 1);
  update(context, plaintext, out.data());
  std::uint8_t* const tag = out.data() + plaintext.size();
  int size = 0;
  BERTH_CHECK(EVP_CipherFinal_ex(context, tag, &size) == 1);
  BERTH_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, tag) == 1);
}

std::optional<Secret> decrypt(const AeadParameters& parameters,
                              std::span<const std::uint8_t> ciphertext_and_tag) {
  if (ciphertext_and_tag.size() < kTagBytes) return std::nullopt;
  const auto ciphertext = ciphertext_and_tag.first(ciphertext_and_tag.size() - kTagBytes);
  std::array<std::uint8_t, kTagBytes> tag{};
  std::copy(ciphertext_and_tag.end() - kTagBytes, ciphertext_and_tag.end(), tag.begin());
  EVP_CIPHER_CTX* const context = start(parameters, 0);
  Secret plaintext = Secret::of_size(ciphertext.size());
  update(context, ciphertext, plaintext.mutable_bytes().data());
  BERTH_CHECK(EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, kTagBytes, tag.data()) == 1);
  std::array<std::uint8_t, kTagBytes> rest{};
  int size = 0;
  if (EVP_CipherFinal_ex(context, rest.data(), &size) != 1) return std::nullopt;
  return plaintext;
}

}  // namespace berth::crypto
