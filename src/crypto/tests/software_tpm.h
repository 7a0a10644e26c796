// A TPM's endorsement key and storage root key with their private halves, and the way back out of
// an activation blob: what a TPM would do with it, written from the rules of TPM 2.0 and with
// OpenSSL's own key derivation, so that it shares nothing with what makes blobs.
//
// For tests of several rooms. Thread rule: belongs to one test.
#pragma once

#include "base/codec.h"
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

// What was inside a blob.
struct OpenedActivation {
  base::Bytes key;
  std::string text;
};

class SoftwareTpm {
 public:
  SoftwareTpm() : ek_(EVP_RSA_gen(2048)), srk_(EVP_RSA_gen(2048)) {}

  base::Bytes endorsement_key() const {
    return public_area(ek_.get(), "000300b2",
                       "0020837197674484b3f81a90cc8d46a5d724fd52d76e06520b64f2a1da1b331469aa");
  }
  base::Bytes storage_root_key() const { return public_area(srk_.get(), "00030472", "0000"); }

  // Nothing as soon as anything does not fit, as a TPM would refuse it; `why()` then says what.
  std::optional<OpenedActivation> open(const base::Bytes& blob) {
    why_.clear();
    base::Bytes rest = blob;
    base::Bytes part[6];
    for (base::Bytes& each : part) each = take(rest);
    if (!rest.empty()) return refused("bytes after the blob");
    const base::Bytes root = storage_root_key();
    const base::Bytes identity = unprotect(
        part[0], decrypt(ek_.get(), part[1], std::string("IDENTITY\0", 9)), name_of(root, 2));
    if (!why_.empty()) return std::nullopt;
    base::Bytes inner = identity;
    const base::Bytes inner_key = take(inner);
    if (inner_key.size() != 16 || !inner.empty()) return refused("the credential is no AES key");
    const base::Bytes name = name_of(part[4], 0);
    base::Bytes wrapped =
        cfb(inner_key, unprotect(part[2], decrypt(srk_.get(), part[3], std::string("DUPLICATE\0", 10)),
                                 name));
    if (!why_.empty()) return std::nullopt;
    const base::Bytes digest = take(wrapped);
    if (digest != sha256_of(wrapped + name)) return refused("the inner integrity");
    base::Bytes sensitive = take(wrapped);
    if (!wrapped.empty()) return refused("bytes after the sensitive area");
    return read_object(sensitive, part[4], cfb(inner_key, part[5]));
  }
  const std::string& why() const { return why_; }

 private:
  friend base::Bytes operator+(base::Bytes a, const base::Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }
  static base::Bytes operator_plus(base::Bytes a, const base::Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  }

  KeyPtr ek_;
  KeyPtr srk_;
  std::string why_;
};

}  // namespace berth::crypto
