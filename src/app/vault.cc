#include "app/vault.h"

#include "app/files.h"
#include "base/codec.h"
#include "base/log.h"
#include "crypto/keyring.h"

#include <utility>

namespace berth::app {
namespace {

constexpr int kPrivateMode = 0600;
constexpr std::string_view kMend =
    "give 32 random bytes as base64, for example from: openssl rand -base64 32";

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  return text;
}

Result<Secret> decode(std::string_view text, std::string_view where) {
  std::optional<Secret> key = base::base64_decode_secret(trimmed(text));
  if (!key || key->size() != crypto::kMasterKeyBytes) {
    return Fail(ErrorKind::kInvalid, std::string(where) + " is not 32 bytes in base64",
                std::string(kMend));
  }
  return *std::move(key);
}

Result<Secret> create(const std::filesystem::path& path, Rng& rng) {
  Secret key = rng.secret(crypto::kMasterKeyBytes);
  const Secret text = base::base64_encode_secret(key.bytes());
  Result<void> wrote = write_file(path, text.text(), kPrivateMode);
  if (!wrote) return Fail(std::move(wrote).error());
  log::info("master_key.created",
            {{"file", path.string()}, {"advice", "keep a copy apart from backups of the store"}});
  return key;
}

class KeyVault final : public provisioning::Vault {
 public:
  KeyVault(crypto::Keyring keyring, Rng& rng) : keyring_(std::move(keyring)), rng_(rng) {}

  domain::Sealed seal(const Secret& secret, std::string_view context) override {
    return {keyring_.seal(secret, context, rng_)};
  }
  Result<Secret> open(const domain::Sealed& sealed, std::string_view context) override {
    return keyring_.open(sealed.bytes, context);
  }
  base::Bytes digest(std::span<const std::uint8_t> bytes, std::string_view purpose) override {
    return keyring_.digest(bytes, purpose);
  }
  std::string fingerprint(std::span<const std::uint8_t> bytes) override {
    return keyring_.fingerprint(bytes);
  }

 private:
  crypto::Keyring keyring_;
  Rng& rng_;
};

}  // namespace

Result<Secret> load_master_key(const std::filesystem::path& path,
                               const std::optional<Secret>& environment_text, bool may_create,
                               Rng& rng) {
  if (environment_text) return decode(environment_text->text(), "the master key that was given");
  Result<Secret> file = read_file(path);
  if (!file && file.error().kind == ErrorKind::kNotFound && may_create) return create(path, rng);
  if (!file) return file;
  Result<void> closed = check_private(path);
  if (!closed) return Fail(std::move(closed).error());
  return decode(file->text(), path.string());
}

Result<std::unique_ptr<provisioning::Vault>> make_vault(const Secret& master_key, Rng& rng) {
  Result<crypto::Keyring> keyring = crypto::Keyring::create(master_key);
  if (!keyring) return Fail(std::move(keyring).error());
  return std::make_unique<KeyVault>(*std::move(keyring), rng);
}

}  // namespace berth::app
