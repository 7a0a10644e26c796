#include "factory/p256.h"

#include "crypto/hmac.h"
#include "crypto/openssl_parts.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <memory>

namespace berth::factory {
namespace {

using crypto::Deleter;
using NumberPtr = std::unique_ptr<BIGNUM, Deleter<BN_clear_free>>;
using ContextPtr = std::unique_ptr<BN_CTX, Deleter<BN_CTX_free>>;
using GroupPtr = std::unique_ptr<EC_GROUP, Deleter<EC_GROUP_free>>;
using PointPtr = std::unique_ptr<EC_POINT, Deleter<EC_POINT_clear_free>>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;

constexpr unsigned kNoncesMax = 64;  // a second one is needed once in 2^32

auto broken() {
  return Fail(ErrorKind::kInternal,
              "the curve could not be computed with: " + crypto::openssl_reason());
}

struct Curve {
  GroupPtr group{EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)};
  ContextPtr context{BN_CTX_secure_new()};

  bool is_there() const { return group && context; }
  const BIGNUM* order() const { return EC_GROUP_get0_order(group.get()); }

  // Secret numbers: OpenSSL chooses ways that take the same time for each.
  NumberPtr number(std::span<const std::uint8_t> bytes) const {
    NumberPtr made(BN_secure_new());
    if (!made || BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), made.get()) == nullptr) {
      return nullptr;
    }
    BN_set_flags(made.get(), BN_FLG_CONSTTIME);
    return made;
  }
  bool is_scalar(const BIGNUM* number) const {
    return BN_is_zero(number) == 0 && BN_cmp(number, order()) < 0;
  }
};

Result<NumberPtr> scalar_of(const Curve& curve, const Secret& scalar) {
  if (!curve.is_there()) return broken();
  NumberPtr number = curve.number(scalar.bytes());
  if (!number) return broken();
  if (scalar.size() != kScalarBytes || !curve.is_scalar(number.get())) {
    return Fail(ErrorKind::kInvalid, "the number is no private key of the curve P-256",
                "this happens once in 2^32; use another secret");
  }
  return number;
}

// RFC 6979 §3.2: the generator of candidates for the nonce.
class Nonces {
 public:
  Nonces(const Secret& scalar, const Secret& digest) {
    std::ranges::fill(value_.mutable_bytes(), std::uint8_t{1});
    for (const std::uint8_t mark : {std::uint8_t{0}, std::uint8_t{1}}) {
      rekey(mark, {scalar.bytes(), digest.bytes()});
    }
  }
  const Secret& next() {
    value_ = crypto::hmac_sha256_secret(key_.bytes(), value_.text());
    return value_;
  }
  void reject() { rekey(0, {}); }

 private:
  void rekey(std::uint8_t mark, std::initializer_list<std::span<const std::uint8_t>> parts) {
    std::size_t size = value_.size() + 1;
    for (const auto& part : parts) size += part.size();
    Secret text = Secret::of_size(size);
    auto at = std::ranges::copy(value_.bytes(), text.mutable_bytes().begin()).out;
    *at++ = mark;
    for (const auto& part : parts) at = std::ranges::copy(part, at).out;
    key_ = crypto::hmac_sha256_secret(key_.bytes(), text.text());
    value_ = crypto::hmac_sha256_secret(key_.bytes(), value_.text());
  }

  Secret key_ = Secret::of_size(32);
  Secret value_ = Secret::of_size(32);
};

// r and s of one nonce; null when that nonce gives no signature.
SignaturePtr sign_with(const Curve& curve, const BIGNUM* scalar, const BIGNUM* digest,
                       const BIGNUM* nonce) {
  BN_CTX* context = curve.context.get();
  const BIGNUM* order = curve.order();
  const PointPtr point(EC_POINT_new(curve.group.get()));
  NumberPtr r(BN_new());
  NumberPtr s(BN_secure_new());
  const NumberPtr inverse(BN_secure_new());
  if (!point || !r || !s || !inverse) return nullptr;
  BN_set_flags(s.get(), BN_FLG_CONSTTIME);
  BN_set_flags(inverse.get(), BN_FLG_CONSTTIME);
  const bool computed =
      EC_POINT_mul(curve.group.get(), point.get(), nonce, nullptr, nullptr, context) == 1 &&
      EC_POINT_get_affine_coordinates(curve.group.get(), point.get(), r.get(), nullptr, context) ==
          1 &&
      BN_nnmod(r.get(), r.get(), order, context) == 1 &&
      BN_mod_inverse(inverse.get(), nonce, order, context) != nullptr &&
      BN_mod_mul(s.get(), r.get(), scalar, order, context) == 1 &&
      BN_mod_add(s.get(), s.get(), digest, order, context) == 1 &&
      BN_mod_mul(s.get(), s.get(), inverse.get(), order, context) == 1;
  if (!computed || BN_is_zero(r.get()) != 0 || BN_is_zero(s.get()) != 0) return nullptr;
  SignaturePtr signature(ECDSA_SIG_new());
  if (!signature || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return nullptr;
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  return signature;
}

Result<base::Bytes> der_of(const ECDSA_SIG* signature) {
  const int size = i2d_ECDSA_SIG(signature, nullptr);
  if (size <= 0) return broken();
  base::Bytes der(static_cast<std::size_t>(size));
  unsigned char* at = der.data();
  i2d_ECDSA_SIG(signature, &at);
  return der;
}

}  // namespace

Result<P256Point> p256_point(const Secret& scalar) {
  const Curve curve;
  BERTH_TRY(const NumberPtr number, scalar_of(curve, scalar));
  const PointPtr point(EC_POINT_new(curve.group.get()));
  P256Point bytes{};
  const bool computed =
      point &&
      EC_POINT_mul(curve.group.get(), point.get(), number.get(), nullptr, nullptr,
                   curve.context.get()) == 1 &&
      EC_POINT_point2oct(curve.group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED,
                         bytes.data(), bytes.size(), curve.context.get()) == bytes.size();
  if (!computed) return broken();
  return bytes;
}

Result<base::Bytes> p256_sign(const Secret& scalar, const crypto::Sha256& digest) {
  const Curve curve;
  BERTH_TRY(const NumberPtr key, scalar_of(curve, scalar));
  const NumberPtr text = curve.number(digest);
  Secret reduced = Secret::of_size(kScalarBytes);
  if (!text || BN_nnmod(text.get(), text.get(), curve.order(), curve.context.get()) != 1 ||
      BN_bn2binpad(text.get(), reduced.mutable_bytes().data(), kScalarBytes) < 0) {
    return broken();
  }
  Nonces nonces(scalar, reduced);
  for (unsigned tried = 0; tried < kNoncesMax; ++tried) {
    const NumberPtr nonce = curve.number(nonces.next().bytes());
    if (!nonce) return broken();
    if (curve.is_scalar(nonce.get())) {
      const SignaturePtr signature = sign_with(curve, key.get(), text.get(), nonce.get());
      if (signature) return der_of(signature.get());
    }
    nonces.reject();
  }
  return broken();
}

Result<Secret> p256_key_pem(const Secret& scalar) {
  const Curve curve;
  BERTH_TRY(const NumberPtr number, scalar_of(curve, scalar));
  BERTH_TRY(const P256Point point, p256_point(scalar));
  const std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>> parts(OSSL_PARAM_BLD_new());
  const bool pushed =
      parts &&
      OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) == 1 &&
      OSSL_PARAM_BLD_push_BN(parts.get(), OSSL_PKEY_PARAM_PRIV_KEY, number.get()) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) == 1;
  if (!pushed) return broken();
  const std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>> params(
      OSSL_PARAM_BLD_to_param(parts.get()));
  const std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>> making(
      EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  if (!params || !making || EVP_PKEY_fromdata_init(making.get()) != 1 ||
      EVP_PKEY_fromdata(making.get(), &made, EVP_PKEY_KEYPAIR, params.get()) != 1) {
    return broken();
  }
  const crypto::KeyPtr key(made);
  const crypto::BioPtr pem(BIO_new(BIO_s_secmem()));
  char* text = nullptr;
  if (!pem ||
      PEM_write_bio_PrivateKey(pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return broken();
  }
  const long size = BIO_get_mem_data(pem.get(), &text);
  return Secret::from_text({text, static_cast<std::size_t>(size)});
}

}  // namespace berth::factory
