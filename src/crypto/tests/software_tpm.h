// A TPM's endorsement key and storage root key with their private halves, and the way back out of
// an activation blob: what a TPM would do with it, written from the rules of TPM 2.0 and with
// OpenSSL's own key derivation, so that it shares nothing with what makes blobs.
//
// For tests of several rooms. Thread rule: belongs to one test.
#pragma once

#include "base/codec.h"
#include "base/secret.h"
#include "crypto/openssl_parts.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace berth::crypto {

class SoftwareTpm {
 public:
  // What was inside a blob.
  struct Opened {
    base::Bytes key;
    std::string text;
  };

  SoftwareTpm() : ek_(EVP_RSA_gen(2048)), srk_(EVP_RSA_gen(2048)) {}

  base::Bytes endorsement_key() const {
    return public_of(ek_.get(), "000300b2",
                     "0020837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");
  }
  base::Bytes storage_root_key() const { return public_of(srk_.get(), "00030472", "0000"); }

  // Nothing as soon as anything does not fit; why() then says what.
  std::optional<Opened> open(const base::Bytes& blob) {
    why_.clear();
    base::Bytes rest = blob;
    base::Bytes parts[6];
    for (base::Bytes& part : parts) part = take(rest);
    require(rest.empty(), "bytes after the blob");
    const base::Bytes root = storage_root_key();
    const base::Bytes seed = decrypt(ek_.get(), parts[1], {"IDENTITY", 9});
    base::Bytes credential = unprotect(parts[0], seed, name_of({root.begin() + 2, root.end()}));
    const base::Bytes inner_key = take(credential);
    require(inner_key.size() == 16 && credential.empty(), "the credential is no AES key");
    if (!why_.empty()) return std::nullopt;
    const base::Bytes name = name_of(parts[4]);
    const base::Bytes import_seed = decrypt(srk_.get(), parts[3], {"DUPLICATE", 10});
    base::Bytes inner = cfb(inner_key, unprotect(parts[2], import_seed, name));
    const base::Bytes digest = take(inner);
    require(digest == digest_of(joined(inner, name)), "the inner integrity");
    const base::Bytes sensitive = take(inner);
    require(inner.empty(), "bytes after the sensitive area");
    Opened opened;
    opened.key = key_in(sensitive, parts[4]);
    const base::Bytes text = cfb(inner_key, parts[5]);
    opened.text.assign(text.begin(), text.end());
    return why_.empty() ? std::optional<Opened>(std::move(opened)) : std::nullopt;
  }
  const std::string& why() const { return why_; }

 private:
  using BignumPtr = std::unique_ptr<BIGNUM, Deleter<BN_free>>;

  static base::Bytes hex(std::string_view text) { return base::hex_decode(text).value(); }
  static base::Bytes joined(base::Bytes a, const base::Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }
  static base::Bytes sized(const base::Bytes& bytes) {
    return joined({static_cast<std::uint8_t>(bytes.size() >> 8),
                   static_cast<std::uint8_t>(bytes.size() & 0xFF)},
                  bytes);
  }
  static base::Bytes digest_of(const base::Bytes& bytes) {
    base::Bytes digest(32);
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    return digest;
  }
  static base::Bytes name_of(const base::Bytes& area) { return joined({0, 11}, digest_of(area)); }

  static base::Bytes public_of(EVP_PKEY* key, std::string_view attributes,
                               std::string_view policy) {
    BIGNUM* raw = nullptr;
    EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &raw);
    const BignumPtr modulus(raw);
    base::Bytes bytes(256);
    BN_bn2binpad(modulus.get(), bytes.data(), 256);
    const std::string head = "0001000b" + std::string(attributes) + std::string(policy) +
                             "00060080004300100800" + "00000000";
    return sized(joined(hex(head), sized(bytes)));
  }

  void require(bool good, std::string_view what) {
    if (!good && why_.empty()) why_ = what;
  }

  // A TPM2B off the front.
  base::Bytes take(base::Bytes& rest) {
    const std::size_t size = rest.size() < 2 ? 0 : static_cast<std::size_t>(rest[0]) << 8 | rest[1];
    if (rest.size() < 2 + size) {
      require(false, "a structure is cut off");
      return {};
    }
    const auto begin = rest.begin() + 2;
    const auto end = begin + static_cast<std::ptrdiff_t>(size);
    base::Bytes taken(begin, end);
    rest.erase(rest.begin(), end);
    return taken;
  }

  static base::Bytes kdf(base::Bytes seed, std::string label, base::Bytes context,
                         std::size_t size) {
    EVP_KDF* const algorithm = EVP_KDF_fetch(nullptr, "KBKDF", nullptr);
    EVP_KDF_CTX* const state = EVP_KDF_CTX_new(algorithm);
    char mode[] = "counter";
    char mac[] = "HMAC";
    char hash[] = "SHA256";
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MODE, mode, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_MAC, mac, 0),
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, seed.data(), seed.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, label.data(), label.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, context.data(), context.size()),
        OSSL_PARAM_construct_end(),
    };
    base::Bytes out(size);
    EVP_KDF_derive(state, out.data(), out.size(), params);
    EVP_KDF_CTX_free(state);
    EVP_KDF_free(algorithm);
    return out;
  }

  static base::Bytes cfb(const base::Bytes& key, const base::Bytes& ciphertext) {
    const std::uint8_t zeros[16] = {};
    EVP_CIPHER_CTX* const state = EVP_CIPHER_CTX_new();
    base::Bytes out(ciphertext.size());
    int size = 0;
    EVP_DecryptInit_ex(state, EVP_aes_128_cfb128(), nullptr, key.data(), zeros);
    EVP_DecryptUpdate(state, out.data(), &size, ciphertext.data(),
                      static_cast<int>(ciphertext.size()));
    EVP_CIPHER_CTX_free(state);
    return out;
  }

  base::Bytes decrypt(EVP_PKEY* key, const base::Bytes& sealed, std::string_view label) {
    EVP_PKEY_CTX* const state = EVP_PKEY_CTX_new(key, nullptr);
    void* const copy = OPENSSL_memdup(label.data(), label.size());
    EVP_PKEY_decrypt_init(state);
    EVP_PKEY_CTX_set_rsa_padding(state, RSA_PKCS1_OAEP_PADDING);
    EVP_PKEY_CTX_set_rsa_oaep_md(state, EVP_sha256());
    EVP_PKEY_CTX_set_rsa_mgf1_md(state, EVP_sha256());
    EVP_PKEY_CTX_set0_rsa_oaep_label(state, copy, static_cast<int>(label.size()));
    base::Bytes out(256);
    std::size_t size = out.size();
    const int done = EVP_PKEY_decrypt(state, out.data(), &size, sealed.data(), sealed.size());
    EVP_PKEY_CTX_free(state);
    openssl_reason();
    require(done == 1 && size == 32, "a seed does not decrypt");
    out.resize(done == 1 ? size : 0);
    return out;
  }

  // Of TPM2B(mac) ‖ ciphertext.
  base::Bytes unprotect(base::Bytes sealed, const base::Bytes& seed, const base::Bytes& name) {
    const base::Bytes mac = take(sealed);
    if (seed.size() != 32) return {};
    const base::Bytes key = kdf(seed, "INTEGRITY", {}, 32);
    const base::Bytes covered = joined(sealed, name);
    base::Bytes expected(32);
    std::size_t size = 0;
    EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, key.data(), key.size(), covered.data(),
              covered.size(), expected.data(), expected.size(), &size);
    require(mac == expected, "the outer integrity");
    return cfb(kdf(seed, "STORAGE", name, 16), sealed);
  }

  base::Bytes key_in(base::Bytes sensitive, const base::Bytes& area) {
    require(sensitive.size() > 2 && sensitive[0] == 0 && sensitive[1] == 8, "it is no HMAC key");
    if (!why_.empty()) return {};
    sensitive.erase(sensitive.begin(), sensitive.begin() + 2);
    require(take(sensitive).empty(), "it has a password");
    const base::Bytes seed = take(sensitive);
    const base::Bytes key = take(sensitive);
    require(sensitive.empty(), "bytes after the key");
    const base::Bytes unique = digest_of(joined(seed, key));
    require(area == joined(hex("0008000b0004004000000005000b"), sized(unique)), "its public area");
    return key;
  }

  KeyPtr ek_;
  KeyPtr srk_;
  std::string why_;
};

}  // namespace berth::crypto
