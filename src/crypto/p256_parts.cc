#include "crypto/p256_parts.h"

#include "base/check.h"
#include "crypto/hash.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <algorithm>

namespace berth::crypto {
namespace {

// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING of whole bytes: the point is next.
constexpr std::array<std::uint8_t, 26> kInfoHead = {
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
    0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
constexpr std::uint8_t kUncompressed = 0x04;
constexpr std::size_t kSignatureBytesMax = 80;  // 72 are the most of a curve of 256 bits

// The curve alone. Making it takes four times as long as copying it. Null when OpenSSL fails.
EVP_PKEY* make_curve() {
  char group[] = "prime256v1";
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
      OSSL_PARAM_construct_end(),
  };
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* curve = nullptr;
  const bool made = context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &curve, EVP_PKEY_KEY_PARAMETERS, params) == 1;
  return made ? curve : nullptr;
}

// This thread's key, which gets one point after the other: copying the curve for each takes as long
// again as decoding the point. Null when the point is not on the curve.
EVP_PKEY* key_of(P256Point point) {
  static const EVP_PKEY* const curve = make_curve();
  BERTH_CHECK(curve != nullptr);
  thread_local const KeyPtr key(EVP_PKEY_dup(const_cast<EVP_PKEY*>(curve)));  // it is only read
  const bool good = key != nullptr &&
                    EVP_PKEY_set1_encoded_public_key(key.get(), point.data(), point.size()) == 1;
  return good ? key.get() : nullptr;
}

bool verify_with(EVP_PKEY* key, DerBytes text, DerBytes signature) {
  const Sha256 digest = sha256(text);
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  return context != nullptr && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_verify(context.get(), signature.data(), signature.size(), digest.data(),
                         digest.size()) == 1;
}

}  // namespace

std::optional<P256Point> plain_p256_point(DerBytes public_key_info) {
  const bool plain = public_key_info.size() == kInfoHead.size() + kP256PointBytes &&
                     std::equal(kInfoHead.begin(), kInfoHead.end(), public_key_info.begin()) &&
                     public_key_info[kInfoHead.size()] == kUncompressed;
  if (!plain) return std::nullopt;
  return public_key_info.subspan<kInfoHead.size(), kP256PointBytes>();
}

base::Bytes plain_p256_info(const EVP_PKEY* key) {
  base::Bytes info(kInfoHead.begin(), kInfoHead.end());
  info.resize(kInfoHead.size() + kP256PointBytes);
  std::size_t size = 0;
  const bool good =
      is_p256(key) &&
      EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, info.data() + kInfoHead.size(),
                                      kP256PointBytes, &size) == 1 &&
      plain_p256_point(info).has_value();
  ERR_clear_error();
  return good && size == kP256PointBytes ? info : base::Bytes();
}

bool is_p256(const EVP_PKEY* key) { return key_text(key) == "P-256"; }

bool verify_p256(P256Point point, DerBytes text, DerBytes signature) {
  EVP_PKEY* const key = key_of(point);
  const bool good = key != nullptr && verify_with(key, text, signature);
  ERR_clear_error();
  return good;
}

std::optional<P256Signer> P256Signer::make(EVP_PKEY* key) {
  if (!is_p256(key)) return std::nullopt;
  KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr));
  const bool good = context != nullptr && EVP_PKEY_sign_init(context.get()) == 1;
  ERR_clear_error();
  if (!good) return std::nullopt;
  return P256Signer(std::move(context));
}

base::Bytes P256Signer::sign(DerBytes text) const {
  const Sha256 digest = sha256(text);
  base::Bytes signature(kSignatureBytesMax);
  std::size_t size = signature.size();
  const KeyContextPtr context(EVP_PKEY_CTX_dup(prepared_.get()));
  const bool good = context != nullptr && EVP_PKEY_sign(context.get(), signature.data(), &size,
                                                        digest.data(), digest.size()) == 1;
  ERR_clear_error();
  signature.resize(good ? size : 0);
  return signature;
}

}  // namespace berth::crypto
