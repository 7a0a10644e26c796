// Certificates of any kind for tests, good and bad, made when they are needed: what an Authority
// would never sign.
//
// For tests only. Keys come from OpenSSL's generator; nothing that a test checks depends on them.
#pragma once

#include "base/clock.h"
#include "base/codec.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace berth::crypto::pki {

struct Free {
  void operator()(X509* object) const { X509_free(object); }
  void operator()(X509_REQ* object) const { X509_REQ_free(object); }
  void operator()(EVP_PKEY* object) const { EVP_PKEY_free(object); }
};
using X509Owner = std::unique_ptr<X509, Free>;
using KeyOwner = std::shared_ptr<EVP_PKEY>;

// "P-256" or another curve by name, "explicit", "RSA-1024", "Ed25519", "Ed448".
inline KeyOwner make_key(const std::string& kind) {
  EVP_PKEY* key = nullptr;
  if (kind == "explicit") {  // P-256, its parameters written out
    key = EVP_EC_gen("P-256");
    EVP_PKEY_set_utf8_string_param(key, OSSL_PKEY_PARAM_EC_ENCODING,
                                   OSSL_PKEY_EC_ENCODING_EXPLICIT);
  } else if (kind.starts_with("RSA-")) {
    key = EVP_RSA_gen(static_cast<unsigned>(std::stoi(kind.substr(4))));
  } else if (kind == "Ed25519" || kind == "Ed448") {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, kind.c_str());
  } else {
    key = EVP_EC_gen(kind.c_str());
  }
  return {key, EVP_PKEY_free};
}

// FakeClock begins at 2026-01-01.
inline TimePoint day(int number) {
  return base::from_unix_seconds(1767225600) + std::chrono::hours(24) * number;
}

struct Recipe {
  std::string cn;
  bool ca = false;
  int path_length = -1;
  TimePoint from = day(-100);
  TimePoint until = day(1000);
  std::string key = "P-256";
  std::string usage = {};            // extended key usage: "clientAuth"; empty: none
  std::string key_usage = {};        // "critical,digitalSignature"; empty: none (CA: keyCertSign)
  bool identifiers = true;           // subject and authority key identifier
  std::string critical_oid = {};     // an extension of that name, critical
  std::string constraints = {};      // nameConstraints
  std::string alternative = {};      // subjectAltName
  const EVP_MD* digest = nullptr;    // EVP_sha256() unless the key has its own
  std::string organization = "Pki";  // beside the CN
  int version = 2;                   // X.509 v3
};

struct Made {
  base::Bytes der;
  X509Owner x509;
  KeyOwner key;
};

inline base::Bytes der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  base::Bytes der(bytes, bytes + size);
  OPENSSL_free(bytes);
  return der;
}

inline void add(X509* certificate, X509* issuer, int nid, const std::string& value) {
  if (value.empty()) return;
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

inline void add_critical(X509* certificate, const std::string& oid) {
  if (oid.empty()) return;
  ASN1_OBJECT* object = OBJ_txt2obj(oid.c_str(), 1);
  ASN1_OCTET_STRING* value = ASN1_OCTET_STRING_new();
  const unsigned char null[] = {0x05, 0x00};
  ASN1_OCTET_STRING_set(value, null, 2);
  X509_EXTENSION* extension = X509_EXTENSION_create_by_OBJ(nullptr, object, 1, value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  ASN1_OCTET_STRING_free(value);
  ASN1_OBJECT_free(object);
}

inline void name(X509_NAME* to, const Recipe& recipe) {
  const auto entry = [&](const char* field, const std::string& text) {
    if (text.empty()) return;
    X509_NAME_add_entry_by_txt(to, field, MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(text.data()),
                               static_cast<int>(text.size()), -1, 0);
  };
  entry("O", recipe.organization);
  entry("CN", recipe.cn);
}

inline void add_extensions(X509* certificate, X509* issuer, const Recipe& recipe) {
  const std::string length =
      recipe.path_length < 0 ? "" : ",pathlen:" + std::to_string(recipe.path_length);
  if (recipe.ca) add(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE" + length);
  const std::string key_usage =
      recipe.key_usage.empty() && recipe.ca ? "critical,keyCertSign" : recipe.key_usage;
  add(certificate, issuer, NID_key_usage, key_usage);
  add(certificate, issuer, NID_ext_key_usage, recipe.usage);
  add(certificate, issuer, NID_name_constraints, recipe.constraints);
  add(certificate, issuer, NID_subject_alt_name, recipe.alternative);
  if (recipe.identifiers) add(certificate, issuer, NID_subject_key_identifier, "hash");
  const bool known = X509_get0_subject_key_id(issuer) != nullptr;
  if (recipe.identifiers && known) add(certificate, issuer, NID_authority_key_identifier, "keyid");
  add_critical(certificate, recipe.critical_oid);
}

// Signed by `issuer`, or by itself when there is none. `key`: an existing one.
inline Made make(const Recipe& recipe, const Made* issuer = nullptr, KeyOwner key = nullptr) {
  static int serial = 1000;
  Made made;
  made.key = key ? std::move(key) : make_key(recipe.key);
  made.x509.reset(X509_new());
  X509* certificate = made.x509.get();
  X509_set_version(certificate, recipe.version);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  ASN1_TIME_set(X509_getm_notBefore(certificate), base::to_unix_seconds(recipe.from));
  ASN1_TIME_set(X509_getm_notAfter(certificate), base::to_unix_seconds(recipe.until));
  name(X509_get_subject_name(certificate), recipe);
  X509* signer = issuer == nullptr ? certificate : issuer->x509.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  X509_set_pubkey(certificate, made.key.get());
  if (recipe.version == 2) add_extensions(certificate, signer, recipe);
  EVP_PKEY* signing = issuer == nullptr ? made.key.get() : issuer->key.get();
  const int signer_kind = EVP_PKEY_get_base_id(signing);
  const bool own_digest = signer_kind == EVP_PKEY_ED25519 || signer_kind == EVP_PKEY_ED448;
  const EVP_MD* digest = recipe.digest == nullptr ? EVP_sha256() : recipe.digest;
  X509_sign(certificate, signing, own_digest ? nullptr : digest);
  made.der = der_of(certificate);
  // Decoded anew, as it is by everybody else: a certificate that was built has stale caches.
  const unsigned char* at = made.der.data();
  made.x509.reset(d2i_X509(nullptr, &at, static_cast<long>(made.der.size())));
  ERR_clear_error();  // looking into a certificate that is half built leaves some behind
  return made;
}

inline Recipe ca(std::string cn) {
  Recipe recipe;
  recipe.cn = std::move(cn);
  recipe.ca = true;
  return recipe;
}

inline Recipe leaf(std::string cn) {
  Recipe recipe;
  recipe.cn = std::move(cn);
  recipe.usage = "clientAuth";
  return recipe;
}

// Whether somebody left something in OpenSSL's queue of this thread.
inline bool errors_left() { return ERR_peek_error() != 0; }

// A signing request, DER; `extensions`: "critical,CA:TRUE" as basicConstraints, if any.
inline base::Bytes request(const std::string& cn, const KeyOwner& key,
                           const std::string& constraints = {}, const KeyOwner& signed_by = {}) {
  std::unique_ptr<X509_REQ, Free> made(X509_REQ_new());
  Recipe recipe;
  recipe.cn = cn;
  X509_REQ_set_version(made.get(), 0);
  name(X509_REQ_get_subject_name(made.get()), recipe);
  X509_REQ_set_pubkey(made.get(), key.get());
  if (!constraints.empty()) {
    STACK_OF(X509_EXTENSION)* extensions = sk_X509_EXTENSION_new_null();
    sk_X509_EXTENSION_push(extensions, X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints,
                                                           constraints.c_str()));
    X509_REQ_add_extensions(made.get(), extensions);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
  }
  const bool own_digest = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_ED25519;
  X509_REQ_sign(made.get(), (signed_by ? signed_by : key).get(),
                own_digest ? nullptr : EVP_sha256());
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_REQ(made.get(), &bytes);
  base::Bytes der(bytes, bytes + size);
  OPENSSL_free(bytes);
  return der;
}

}  // namespace berth::crypto::pki
