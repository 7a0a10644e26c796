#include "crypto/public_key.h"

#include "crypto/openssl_parts.h"
#include "crypto/pem_text.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>

namespace berth::crypto {
namespace {

constexpr std::array<std::string_view, 1> kLabels = {"PUBLIC KEY"};
constexpr std::array<std::string_view, 3> kKinds = {"P-256", "P-384", "Ed25519"};
constexpr int kRsaBitsMin = 2048;
constexpr int kRsaBitsMax = 8192;

bool is_good(const EVP_PKEY* key, const std::string& kind) {
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
    return EVP_PKEY_get_bits(key) >= kRsaBitsMin && EVP_PKEY_get_bits(key) <= kRsaBitsMax;
  }
  return std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
}

auto unfit(const std::string& why) {
  return Fail(ErrorKind::kInvalid, "the public key " + why,
              "give a SubjectPublicKeyInfo of P-256, P-384, Ed25519, or RSA of 2048 bits or more");
}

}  // namespace

Result<std::string> read_public_key(std::span<const std::uint8_t> der) {
  if (der.size() > kPublicKeyBytesMax) {
    return unfit("has more than " + std::to_string(kPublicKeyBytesMax) + " bytes");
  }
  const unsigned char* at = der.data();
  const KeyPtr key(d2i_PUBKEY(nullptr, &at, static_cast<long>(der.size())));
  if (!key) return unfit("cannot be read: " + openssl_reason());
  if (at != der.data() + der.size()) return unfit("is followed by other bytes");
  std::string kind = key_text(key.get());
  // It is known by a digest of these bytes, so there must be no second way to write them.
  const base::Bytes again = encoded(i2d_PUBKEY, key.get());
  ERR_clear_error();
  if (!std::equal(again.begin(), again.end(), der.begin(), der.end())) {
    return unfit("is not written as usual");
  }
  if (!is_good(key.get(), kind)) return unfit("is of the kind " + base::printable(kind, 64));
  return kind;
}

Result<base::Bytes> public_key_der(std::string_view text) {
  PemWanted wanted;
  wanted.what = "public key";
  wanted.labels = kLabels;
  wanted.bytes_max = kPublicKeyBytesMax;
  BERTH_TRY(std::vector<base::Bytes> all, read_pem(text, wanted));
  return std::move(all.front());
}

}  // namespace berth::crypto
