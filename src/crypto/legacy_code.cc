#include "crypto/legacy_code.h"

#include "base/check.h"
#include "base/codec.h"
#include "crypto/openssl_parts.h"
#include "crypto/secret_json.h"

#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

namespace berth::crypto {
namespace {

constexpr std::string_view kMagic = "Salted__";
constexpr std::size_t kSaltBytes = 8;
constexpr std::size_t kHeaderBytes = 16;
constexpr std::size_t kBlock = 16;
constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kIvBytes = 16;

using ContextPtr = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;
using DigestPtr = std::unique_ptr<EVP_MD, Deleter<EVP_MD_free>>;

auto no_code() {
  return Fail(ErrorKind::kInvalid, "this is no code, or it was made with another passphrase",
              "check that the code is whole, and the passphrase");
}

auto no_md5() {
  return Fail(ErrorKind::kUnavailable,
              "compatible codes need MD5, which this machine's OpenSSL does not offer (as when "
              "only FIPS algorithms are allowed)",
              "use claims or envelopes, or allow MD5 in OpenSSL's configuration");
}

// Key, then IV.
std::optional<Secret> key_and_iv(const Secret& passphrase, std::span<const std::uint8_t> salt) {
  const DigestPtr md5(EVP_MD_fetch(nullptr, "MD5", nullptr));
  ERR_clear_error();
  if (!md5) return std::nullopt;
  Secret both = Secret::of_size(kKeyBytes + kIvBytes);
  std::uint8_t* const key = both.mutable_bytes().data();
  const int size =
      EVP_BytesToKey(EVP_aes_256_cbc(), md5.get(), salt.data(), passphrase.bytes().data(),
                     static_cast<int>(passphrase.size()), 1, key, key + kKeyBytes);
  BERTH_CHECK(size == static_cast<int>(kKeyBytes));
  return both;
}

// With PKCS #7 padding, which is checked when decrypting. Nothing when it is wrong.
std::optional<Secret> run_cipher(const Secret& key, std::span<const std::uint8_t> in,
                                 int encrypting) {
  const ContextPtr context(EVP_CIPHER_CTX_new());
  BERTH_CHECK(context != nullptr);
  const std::uint8_t* const bytes = key.bytes().data();
  BERTH_CHECK(EVP_CipherInit_ex(context.get(), EVP_aes_256_cbc(), nullptr, bytes, bytes + kKeyBytes,
                                encrypting) == 1);
  Secret out = Secret::of_size(in.size() + kBlock);
  int size = 0;
  int rest = 0;
  BERTH_CHECK(EVP_CipherUpdate(context.get(), out.mutable_bytes().data(), &size, in.data(),
                               static_cast<int>(in.size())) == 1);
  const bool is_well =
      EVP_CipherFinal_ex(context.get(), out.mutable_bytes().data() + size, &rest) == 1;
  ERR_clear_error();
  if (!is_well) return std::nullopt;
  return Secret(out.bytes().first(static_cast<std::size_t>(size) + static_cast<std::size_t>(rest)));
}

Result<Secret> encrypted(const Secret& inner, const Secret& passphrase, Rng& rng) {
  std::array<std::uint8_t, kSaltBytes> salt{};
  rng.fill(salt);
  const std::optional<Secret> key = key_and_iv(passphrase, salt);
  if (!key) return no_md5();
  const std::optional<Secret> sealed = run_cipher(*key, inner.bytes(), 1);
  BERTH_CHECK(sealed.has_value());
  base::Bytes whole(kMagic.begin(), kMagic.end());
  whole.insert(whole.end(), salt.begin(), salt.end());
  whole.insert(whole.end(), sealed->bytes().begin(), sealed->bytes().end());
  return base::base64_encode_secret(whole);
}

// The inner text of an encrypted code. Nothing for whatever reason.
std::optional<Secret> decrypted(const Secret& key, std::span<const std::uint8_t> sealed) {
  if (sealed.empty() || sealed.size() % kBlock != 0) return std::nullopt;
  return run_cipher(key, sealed, 0);
}

std::optional<CompatibleCredential> credential_of(std::string_view inner) {
  const std::optional<Secret> json = base::base64_decode_secret(inner);
  if (!json || !base::is_utf8(json->text())) return std::nullopt;
  const Result<SecretObject> object = SecretObject::read(json->text());
  if (!object) return std::nullopt;
  CompatibleCredential credential;
  credential.device_id = object->text("deviceId");
  credential.device_key = Secret::from_text(object->text("deviceKey"));
  credential.scope_id = object->text("scopeId");
  credential.model_id = object->text("modelId");
  return credential;
}

bool is_salted(std::span<const std::uint8_t> whole) {
  return whole.size() >= kHeaderBytes &&
         std::equal(kMagic.begin(), kMagic.end(), whole.begin(),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

Result<Secret> json_of(const CompatibleCredential& credential, const Secret* passphrase) {
  std::vector<TextMember> members{{"deviceId", credential.device_id},
                                  {"deviceKey", credential.device_key.text()}};
  if (passphrase != nullptr) members.push_back({"patientId", passphrase->text()});
  members.push_back({"scopeId", credential.scope_id});
  members.push_back({"modelId", credential.model_id});
  return write_secret_json(members);
}

Result<void> check_passphrase(const Secret& passphrase) {
  if (passphrase.size() > kPassphraseBytesMax) {
    return Fail(ErrorKind::kTooLarge,
                "a passphrase has at most " + std::to_string(kPassphraseBytesMax) + " bytes",
                "choose a shorter one");
  }
  if (!base::is_utf8(passphrase.text())) {
    return Fail(ErrorKind::kInvalid, "the passphrase is no UTF-8", "send it as UTF-8");
  }
  return {};
}

}  // namespace

Result<Secret> make_compatible_code(const CompatibleCredential& credential,
                                    const Secret& passphrase, PassphraseInCode with, Rng& rng) {
  if (passphrase.empty()) {
    return Fail(ErrorKind::kInvalid, "an encrypted code needs a passphrase",
                "give one, or ask for an unencrypted code explicitly");
  }
  const bool is_included = with == PassphraseInCode::kIncluded;
  BERTH_TRY(const Secret json, json_of(credential, is_included ? &passphrase : nullptr));
  return compatible_code_of(json, passphrase, rng);
}

Result<Secret> make_plain_compatible_code(const CompatibleCredential& credential) {
  BERTH_TRY(const Secret json, json_of(credential, nullptr));
  return base::base64_encode_secret(json.bytes());
}

Result<Secret> compatible_code_of(const Secret& json, const Secret& passphrase, Rng& rng) {
  if (json.size() > kSecretJsonBytesMax) {
    return Fail(ErrorKind::kTooLarge,
                "a code holds at most " + std::to_string(kSecretJsonBytesMax) + " bytes",
                "shorten its texts");
  }
  if (const Result<void> checked = check_passphrase(passphrase); !checked) {
    return Fail(checked.error());
  }
  Secret inner = base::base64_encode_secret(json.bytes());
  if (passphrase.empty()) return inner;
  return encrypted(inner, passphrase, rng);
}

Result<CompatibleCredential> read_compatible_code(std::string_view code, const Secret& passphrase) {
  if (code.size() > kCompatibleCodeBytesMax || passphrase.size() > kPassphraseBytesMax) {
    return no_code();
  }
  const std::optional<Secret> whole = base::base64_decode_secret(code);
  if (!whole) return no_code();
  if (!is_salted(whole->bytes())) {
    std::optional<CompatibleCredential> credential = credential_of(code);
    if (!credential) return no_code();
    return *std::move(credential);
  }
  if (passphrase.empty()) return no_code();
  const auto salt = whole->bytes().subspan(kMagic.size(), kSaltBytes);
  const std::optional<Secret> key = key_and_iv(passphrase, salt);
  if (!key) return no_md5();
  const std::optional<Secret> inner = decrypted(*key, whole->bytes().subspan(kHeaderBytes));
  if (!inner) return no_code();
  std::optional<CompatibleCredential> credential = credential_of(inner->text());
  if (!credential) return no_code();
  return *std::move(credential);
}

std::uint32_t make_code_number(Rng& rng) {
  return static_cast<std::uint32_t>(rng.below(kCodeNumbers));
}

}  // namespace berth::crypto
