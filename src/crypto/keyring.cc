#include "crypto/keyring.h"

#include "crypto/aead.h"
#include "crypto/hmac.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::crypto {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kKeyIdBytes = 4;
constexpr std::size_t kHeaderBytes = 1 + kKeyIdBytes;

// Header and context, unambiguous because the header's size is fixed.
std::string associated_data(std::span<const std::uint8_t> header, std::string_view context) {
  std::string data(reinterpret_cast<const char*>(header.data()), header.size());
  data += context;
  return data;
}

}  // namespace

Result<Keyring> Keyring::create(const Secret& master_key) {
  if (master_key.size() != kMasterKeyBytes) {
    return Fail(
        ErrorKind::kInvalid,
        fmt::format("the master key has {} bytes, not {}", master_key.size(), kMasterKeyBytes),
        "give the key file that this server was first started with");
  }
  Keyring keyring;
  keyring.sealing_key_ = hkdf_sha256(master_key, {}, "berth sealing v1", 32);
  keyring.digest_key_ = hkdf_sha256(master_key, {}, "berth digest v1", 32);
  keyring.fingerprint_key_ = hkdf_sha256(master_key, {}, "berth fingerprint v1", 32);
  const Secret id = hkdf_sha256(master_key, {}, "berth key id v1", kKeyIdBytes);
  std::copy(id.bytes().begin(), id.bytes().end(), keyring.id_.begin());
  return keyring;
}

base::Bytes Keyring::seal(const Secret& secret, std::string_view context, Rng& rng) const {
  base::Bytes sealed(kHeaderBytes + kNonceBytes + secret.size() + kTagBytes);
  const std::span<std::uint8_t> all(sealed);
  all[0] = kVersion;
  std::copy(id_.begin(), id_.end(), all.begin() + 1);
  const auto nonce = all.subspan(kHeaderBytes, kNonceBytes);
  rng.fill(nonce);
  const Secret key = hmac_sha256_secret(sealing_key_.bytes(), context);
  const std::string data = associated_data(all.first(kHeaderBytes), context);
  encrypt({key.bytes(), nonce, data}, secret.bytes(), all.subspan(kHeaderBytes + kNonceBytes));
  return sealed;
}

Result<Secret> Keyring::open(std::span<const std::uint8_t> seal, std::string_view context) const {
  if (seal.size() < kHeaderBytes + kNonceBytes + kTagBytes || seal[0] != kVersion) {
    return Fail(
        ErrorKind::kInternal,
        fmt::format("the sealed secret of '{}' is not in a format this program knows", context),
        "it was written by a newer version or is damaged; restore it from a backup");
  }
  const auto id = seal.subspan(1, kKeyIdBytes);
  if (!std::equal(id.begin(), id.end(), id_.begin())) {
    return Fail(ErrorKind::kInternal,
                fmt::format("the secret of '{}' was sealed under master key {}, this server has {}",
                            context, base::hex_encode(id), key_id()),
                "start the server with the master key file that belongs to this database");
  }
  const Secret key = hmac_sha256_secret(sealing_key_.bytes(), context);
  const std::string data = associated_data(seal.first(kHeaderBytes), context);
  const auto nonce = seal.subspan(kHeaderBytes, kNonceBytes);
  std::optional<Secret> secret =
      decrypt({key.bytes(), nonce, data}, seal.subspan(kHeaderBytes + kNonceBytes));
  if (!secret) {
    return Fail(ErrorKind::kInternal,
                fmt::format("the sealed secret of '{}' does not open: it was changed or belongs to "
                            "another record",
                            context),
                "restore the record from a backup, or give it new keys");
  }
  return *std::move(secret);
}

base::Bytes Keyring::digest(std::span<const std::uint8_t> bytes, std::string_view purpose) const {
  const Secret key = hmac_sha256_secret(digest_key_.bytes(), purpose);
  const Sha256 mac = hmac_sha256(key.bytes(), bytes);
  return {mac.begin(), mac.end()};
}

std::string Keyring::fingerprint(std::span<const std::uint8_t> bytes) const {
  const Sha256 mac = hmac_sha256(fingerprint_key_.bytes(), bytes);
  return base::hex_encode(std::span(mac).first(6));
}

std::string Keyring::key_id() const { return base::hex_encode(id_); }

}  // namespace berth::crypto
