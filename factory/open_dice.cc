#include "factory/open_dice.h"

#include "base/check.h"
#include "crypto/openssl_parts.h"
#include "factory/p256.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>

#include <algorithm>
#include <initializer_list>
#include <memory>

namespace berth::factory {
namespace {

using crypto::Deleter;
using crypto::KeyPtr;
using Bytes = std::span<const std::uint8_t>;

constexpr std::string_view kAsymmetricSalt =
    "63B6A04D2C077FC10F639F21DA793844356CC2B0B441B3A77124035C03F8E1BE"
    "6035D31F282821A7450A02222AB1B3CFF1679B05AB1CA5D1AFFB789CCD2B0B3B";
constexpr std::string_view kIdSalt =
    "DBDBAEBC8020DA9FF0DD5A24C83AA5A54286DFC263031E329B4DA148430659FE"
    "62CDB5B7E1E00FC680306711EB444AF77209359496FCFF1DB9520BA51C7B29EA";
constexpr std::size_t kBlockBytes = 64;  // SHA-512
constexpr std::size_t kPointBytes = 64;  // x and y
constexpr unsigned kCandidatesMax = 64;  // the second one is needed once in 2^32

Secret joined(std::initializer_list<Bytes> parts) {
  std::size_t size = 0;
  for (const Bytes part : parts) size += part.size();
  Secret text = Secret::of_size(size);
  auto at = text.mutable_bytes().begin();
  for (const Bytes part : parts) at = std::copy(part.begin(), part.end(), at);
  return text;
}

Secret hmac(Bytes key, const Secret& text) {
  static const std::uint8_t kNone = 0;
  Secret mac = Secret::of_size(kBlockBytes);
  std::size_t size = 0;
  const auto* const done = EVP_Q_mac(
      nullptr, "HMAC", nullptr, "SHA512", nullptr, key.empty() ? &kNone : key.data(), key.size(),
      text.bytes().data(), text.size(), mac.mutable_bytes().data(), mac.size(), &size);
  BERTH_CHECK(done != nullptr && size == kBlockBytes);
  return mac;
}

// HKDF-SHA-512 (RFC 5869) for up to one block.
Secret kdf(std::size_t size, Bytes input, Bytes salt, std::string_view info) {
  BERTH_CHECK(size <= kBlockBytes);
  const std::uint8_t first = 1;
  const Secret key = hmac(salt, Secret(input));
  const Secret block = hmac(key.bytes(), joined({base::as_bytes(info), Bytes(&first, 1)}));
  return Secret(block.bytes().first(size));
}

Secret salted(std::initializer_list<Bytes> parts) {
  return Secret(open_dice_hash(joined(parts).bytes()));
}

base::Bytes constant(std::string_view hex) { return *base::hex_decode(hex); }

KeyPtr ed25519(const Secret& seed) {
  return KeyPtr(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.bytes().data(), seed.size()));
}

// The generator of RFC 6979 §3.2 and §3.3 with SHA-512, seeded; V moves twice for each candidate.
class Candidates {
 public:
  explicit Candidates(const Secret& seed) {
    std::ranges::fill(value_.mutable_bytes(), std::uint8_t{1});
    rekey(0, seed.bytes());
    value_ = hmac(key_.bytes(), value_);
    rekey(1, seed.bytes());
  }

  Secret next() {
    value_ = hmac(key_.bytes(), value_);
    value_ = hmac(key_.bytes(), value_);
    Secret candidate(value_.bytes().first(kScalarBytes));
    rekey(0, {});
    return candidate;
  }

 private:
  void rekey(std::uint8_t mark, Bytes seed) {
    key_ = hmac(key_.bytes(), joined({value_.bytes(), Bytes(&mark, 1), seed}));
  }

  Secret key_ = Secret::of_size(kBlockBytes);
  Secret value_ = Secret::of_size(kBlockBytes);
};

KeyPtr public_key_of(const OpenDicePublicKey& key) {
  if (key.algorithm == OpenDiceAlgorithm::kEd25519) {
    return KeyPtr(
        EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, key.bytes.data(), key.bytes.size()));
  }
  if (key.bytes.size() != kPointBytes) return nullptr;
  base::Bytes point{0x04};
  point.insert(point.end(), key.bytes.begin(), key.bytes.end());
  char group[] = "prime256v1";
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
      OSSL_PARAM_construct_end(),
  };
  const std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* made = nullptr;
  const bool good = context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, params) == 1;
  return KeyPtr(good ? made : nullptr);
}

Result<base::Bytes> sign_ed25519(const Secret& seed, Bytes text) {
  const KeyPtr key = ed25519(seed);
  const std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  base::Bytes signature(64);
  std::size_t size = signature.size();
  const bool good =
      key && context && EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get()) &&
      EVP_DigestSign(context.get(), signature.data(), &size, text.data(), text.size()) == 1;
  if (!good) {
    return Fail(ErrorKind::kInternal, "signing failed: " + crypto::openssl_reason());
  }
  return signature;
}

}  // namespace

OpenDiceHash open_dice_hash(std::span<const std::uint8_t> text) {
  OpenDiceHash digest{};
  std::size_t size = 0;
  BERTH_CHECK(EVP_Q_digest(nullptr, "SHA512", nullptr, text.data(), text.size(), digest.data(),
                           &size) == 1);
  return digest;
}

Cdis cdis_of_uds(const Secret& uds) { return {uds.clone(), uds.clone()}; }

Result<Cdis> next_cdis(const Cdis& before, const OpenDiceInputs& inputs) {
  if (before.attest.size() != kCdiBytes || before.seal.size() != kCdiBytes) {
    return Fail(ErrorKind::kInvalid,
                "a UDS or CDI has " + std::to_string(kCdiBytes) + " bytes, this one has not");
  }
  const OpenDiceHash none{};
  const Bytes hidden = inputs.hidden.empty() ? Bytes(none) : inputs.hidden.bytes();
  if (hidden.size() != kOpenDiceHashBytes) {
    return Fail(ErrorKind::kInvalid,
                "the hidden input has not " + std::to_string(kOpenDiceHashBytes) + " bytes");
  }
  const auto mode = static_cast<std::uint8_t>(inputs.mode);
  const Secret attest =
      salted({inputs.code, inputs.config, inputs.authority, Bytes(&mode, 1), hidden});
  const Secret seal = salted({inputs.authority, Bytes(&mode, 1), hidden});
  return Cdis{kdf(kCdiBytes, before.attest.bytes(), attest.bytes(), "CDI_Attest"),
              kdf(kCdiBytes, before.seal.bytes(), seal.bytes(), "CDI_Seal")};
}

OpenDiceId open_dice_id(const OpenDicePublicKey& key) {
  const Secret derived = kdf(kOpenDiceIdBytes, key.bytes, constant(kIdSalt), "ID");
  OpenDiceId id{};
  std::ranges::copy(derived.bytes(), id.begin());
  id[0] &= 0x7F;
  return id;
}

Result<OpenDiceKey> open_dice_key(const Secret& from, OpenDiceAlgorithm algorithm) {
  if (from.size() != kCdiBytes) {
    return Fail(ErrorKind::kInvalid,
                "a UDS or CDI has " + std::to_string(kCdiBytes) + " bytes, this one has not");
  }
  Secret seed = kdf(kCdiBytes, from.bytes(), constant(kAsymmetricSalt), "Key Pair");
  if (algorithm == OpenDiceAlgorithm::kEd25519) return open_dice_key_of(std::move(seed), algorithm);
  Candidates candidates(seed);
  for (unsigned i = 0; i < kCandidatesMax; ++i) {
    auto key = open_dice_key_of(candidates.next(), algorithm);
    if (key || key.error().kind != ErrorKind::kInvalid) return key;
  }
  return Fail(ErrorKind::kInternal, "no candidate is a private key");
}

Result<OpenDiceKey> open_dice_key_of(Secret secret, OpenDiceAlgorithm algorithm) {
  OpenDiceKey key;
  key.public_key.algorithm = algorithm;
  if (algorithm == OpenDiceAlgorithm::kP256) {
    BERTH_TRY(const P256Point point, p256_point(secret));
    key.public_key.bytes.assign(point.begin() + 1, point.end());
  } else {
    const KeyPtr pair = ed25519(secret);
    std::size_t size = 32;
    key.public_key.bytes.resize(size);
    if (!pair || EVP_PKEY_get_raw_public_key(pair.get(), key.public_key.bytes.data(), &size) != 1) {
      return Fail(ErrorKind::kInvalid,
                  "these bytes are no Ed25519 key: " + crypto::openssl_reason());
    }
  }
  key.id = open_dice_id(key.public_key);
  key.secret = std::move(secret);
  return key;
}

Result<OpenDiceKey> new_open_dice_key(OpenDiceAlgorithm algorithm, Rng& rng) {
  for (unsigned i = 0; i < kCandidatesMax; ++i) {
    auto key = open_dice_key_of(rng.secret(kCdiBytes), algorithm);
    if (key || key.error().kind != ErrorKind::kInvalid) return key;
  }
  return Fail(ErrorKind::kInternal, "no random number is a private key");
}

Result<base::Bytes> open_dice_sign(const OpenDiceKey& key, std::span<const std::uint8_t> text) {
  if (key.public_key.algorithm == OpenDiceAlgorithm::kEd25519) {
    return sign_ed25519(key.secret, text);
  }
  return p256_sign(key.secret, crypto::sha256(text));
}

bool open_dice_verify(const OpenDicePublicKey& key, std::span<const std::uint8_t> text,
                      std::span<const std::uint8_t> signature) {
  const KeyPtr pair = public_key_of(key);
  const std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  const EVP_MD* const digest =
      key.algorithm == OpenDiceAlgorithm::kEd25519 ? nullptr : EVP_sha256();
  const bool good =
      pair && context &&
      EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, pair.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), text.data(),
                       text.size()) == 1;
  ERR_clear_error();
  return good;
}

Result<Secret> open_dice_key_pem(const OpenDiceKey& key) {
  if (key.public_key.algorithm == OpenDiceAlgorithm::kP256) return p256_key_pem(key.secret);
  const KeyPtr pair = ed25519(key.secret);
  const crypto::BioPtr bio(BIO_new(BIO_s_secmem()));
  if (!pair || !bio ||
      PEM_write_bio_PrivateKey(bio.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return Fail(ErrorKind::kInternal, "the key cannot be written: " + crypto::openssl_reason());
  }
  char* text = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &text);
  return Secret::from_text({text, static_cast<std::size_t>(size)});
}

std::string_view to_string(OpenDiceAlgorithm algorithm) {
  switch (algorithm) {
    case OpenDiceAlgorithm::kEd25519:
      return "ed25519";
    case OpenDiceAlgorithm::kP256:
      return "p256";
  }
  return {};
}

std::string_view to_string(OpenDiceMode mode) {
  switch (mode) {
    case OpenDiceMode::kNotConfigured:
      return "not_configured";
    case OpenDiceMode::kNormal:
      return "normal";
    case OpenDiceMode::kDebug:
      return "debug";
    case OpenDiceMode::kRecovery:
      return "recovery";
  }
  return {};
}

}  // namespace berth::factory
