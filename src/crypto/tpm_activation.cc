#include "crypto/tpm_activation.h"

#include "crypto/hash.h"
#include "crypto/hmac.h"
#include "crypto/openssl_parts.h"
#include "crypto/tpm_parts.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <string>
#include <utility>

namespace berth::crypto {
namespace {

using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;

constexpr std::size_t kKeyBytesMax = 64;    // one block of SHA-256: more than that TPMs hash
constexpr std::size_t kInnerKeyBytes = 16;  // AES-128
constexpr std::uint16_t kKeyedHash = 0x0008;
constexpr std::uint16_t kSha256 = 0x000B;
constexpr std::uint16_t kHmac = 0x0005;
constexpr std::uint32_t kSignWithAuth = 0x00040040;  // sign, userWithAuth
constexpr std::uint32_t kSeedBits = 256;
constexpr std::uint32_t kCipherBits = 128;

// The labels of the two RSA encryptions count with their zero byte.
constexpr std::string_view kIdentityLabel{"IDENTITY", 9};
constexpr std::string_view kDuplicateLabel{"DUPLICATE", 10};

// TPM2Bs one after the other, kept as a secret of exactly their size.
class SecretWriter {
 public:
  explicit SecretWriter(std::size_t size) : secret_(Secret::of_size(size)) {}

  SecretWriter& u16(std::size_t value) {
    put(static_cast<std::uint8_t>(value >> 8));
    put(static_cast<std::uint8_t>(value));
    return *this;
  }
  SecretWriter& sized(std::span<const std::uint8_t> bytes) { return u16(bytes.size()).raw(bytes); }
  SecretWriter& raw(std::span<const std::uint8_t> bytes) {
    std::copy(bytes.begin(), bytes.end(),
              secret_.mutable_bytes().subspan(at_, bytes.size()).begin());
    at_ += bytes.size();
    return *this;
  }
  Secret take() { return std::move(secret_); }

 private:
  void put(std::uint8_t byte) { secret_.mutable_bytes()[at_++] = byte; }

  Secret secret_;
  std::size_t at_ = 0;
};

auto openssl_refuses(std::string_view what) {
  return Fail(ErrorKind::kInvalid,
              std::string("cannot encrypt to the ") + std::string(what) + ": " + openssl_reason());
}

KeyPtr rsa_key(const TpmPublic& key) {
  base::Bytes little_endian(key.modulus.rbegin(), key.modulus.rend());
  unsigned long exponent = RSA_F4;
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_RSA_N, little_endian.data(), little_endian.size()),
      OSSL_PARAM_construct_ulong(OSSL_PKEY_PARAM_RSA_E, &exponent),
      OSSL_PARAM_construct_end(),
  };
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* made = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    return nullptr;
  }
  return KeyPtr(made);
}

// RSA-OAEP with SHA-256, also in its mask.
Result<base::Bytes> encrypt_seed(const TpmPublic& to, const Secret& seed, std::string_view label,
                                 std::string_view what) {
  const KeyPtr key = rsa_key(to);
  const KeyContextPtr context(key ? EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)
                                  : nullptr);
  char hash[] = "SHA256";
  char padding[] = "oaep";
  std::string label_copy(label);
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_PAD_MODE, padding, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_OAEP_DIGEST, hash, 0),
      OSSL_PARAM_construct_utf8_string(OSSL_ASYM_CIPHER_PARAM_MGF1_DIGEST, hash, 0),
      OSSL_PARAM_construct_octet_string(OSSL_ASYM_CIPHER_PARAM_OAEP_LABEL, label_copy.data(),
                                        label_copy.size()),
      OSSL_PARAM_construct_end(),
  };
  base::Bytes out(to.modulus.size());
  std::size_t size = out.size();
  if (!context || EVP_PKEY_encrypt_init_ex(context.get(), params) != 1 ||
      EVP_PKEY_encrypt(context.get(), out.data(), &size, seed.bytes().data(), seed.size()) != 1) {
    return openssl_refuses(what);
  }
  out.resize(size);
  return out;
}

// TPM2B(mac) ‖ ciphertext: what the outer wrappers of both structures are.
base::Bytes protect(const Secret& seed, std::span<const std::uint8_t> name,
                    std::span<const std::uint8_t> plaintext) {
  const base::Bytes ciphertext =
      tpm_cfb_encrypt(tpm_kdf_a(seed, "STORAGE", name, kCipherBits), plaintext);
  TpmWriter covered;
  covered.raw(ciphertext).raw(name);
  const Secret mac_key = tpm_kdf_a(seed, "INTEGRITY", {}, kSeedBits);
  TpmWriter out;
  out.sized(hmac_sha256(mac_key.bytes(), covered.bytes())).raw(ciphertext);
  return out.bytes();
}

// The HMAC key as a TPM object.
struct Object {
  base::Bytes public_area;
  base::Bytes name;
  Secret sensitive;  // TPM2B_SENSITIVE
};

Object make_object(const Secret& key, Rng& rng) {
  const Secret seed = rng.secret(kTpmSeedBytes);
  SecretWriter both(seed.size() + key.size());
  const Secret hashed = both.raw(seed.bytes()).raw(key.bytes()).take();
  TpmWriter area;
  area.u16(kKeyedHash).u16(kSha256).u32(kSignWithAuth).sized({});
  area.u16(kHmac).u16(kSha256).sized(sha256(hashed.bytes()));
  const std::size_t size = 2 + 2 + 2 + seed.size() + 2 + key.size();  // type, no password, both
  SecretWriter sensitive(2 + size);
  sensitive.u16(size).u16(kKeyedHash).sized({}).sized(seed.bytes()).sized(key.bytes());
  return Object{area.bytes(), tpm_name(area.bytes()), sensitive.take()};
}

// The inner wrapper of a duplicate: TPM2B(digest) ‖ sensitive, encrypted.
base::Bytes wrap_inside(const Object& object, const Secret& inner_key) {
  SecretWriter covered(object.sensitive.size() + object.name.size());
  const Secret text = covered.raw(object.sensitive.bytes()).raw(object.name).take();
  const Sha256 digest = sha256(text.bytes());
  SecretWriter plain(2 + digest.size() + object.sensitive.size());
  const Secret whole = plain.sized(digest).raw(object.sensitive.bytes()).take();
  return tpm_cfb_encrypt(inner_key, whole.bytes());
}

}  // namespace

Result<base::Bytes> make_activation(const TpmPublic& ek, const TpmPublic& srk, const Secret& key,
                                    Rng& rng, std::string_view text) {
  if (key.empty() || key.size() > kKeyBytesMax || text.size() > kActivationTextMax) {
    return Fail(ErrorKind::kInvalid,
                "an activation blob takes a key of 1 to 64 bytes and a text of at most 1024");
  }
  const Secret inner_key = rng.secret(kInnerKeyBytes);
  const Secret credential_seed = rng.secret(kTpmSeedBytes);
  const Secret import_seed = rng.secret(kTpmSeedBytes);
  BERTH_TRY(const base::Bytes to_ek,
            encrypt_seed(ek, credential_seed, kIdentityLabel, "endorsement key"));
  BERTH_TRY(const base::Bytes to_srk,
            encrypt_seed(srk, import_seed, kDuplicateLabel, "storage root key"));

  SecretWriter credential(2 + inner_key.size());
  const Secret identity = credential.sized(inner_key.bytes()).take();
  const Object object = make_object(key, rng);
  TpmWriter blob;
  blob.sized(protect(credential_seed, srk.name, identity.bytes())).sized(to_ek);
  blob.sized(protect(import_seed, object.name, wrap_inside(object, inner_key))).sized(to_srk);
  blob.sized(object.public_area);
  blob.sized(tpm_cfb_encrypt(inner_key, base::as_bytes(text)));
  return blob.bytes();
}

}  // namespace berth::crypto
