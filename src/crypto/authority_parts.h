// What the files of Authority share: reading and writing PEM with OpenSSL, and the steps of
// making a certificate.
//
// Room crypto, internal. Thread rule: pure functions; OpenSSL's error queue is per thread.
#pragma once

#include "crypto/authority.h"
#include "crypto/leaf_writer.h"
#include "crypto/openssl_parts.h"

#include <openssl/x509v3.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::crypto {

struct Authority::Impl {
  CertificatePtr certificate;
  KeyPtr key;
  std::string pem;                   // of the certificate
  std::vector<base::Bytes> chain;    // it and those above it
  std::optional<LeafWriter> writer;  // of a CA on P-256
};

// What certificates differ in.
struct Authority::Subject {
  std::string_view common_name;
  const char* usage = nullptr;     // extended key usage, if any
  GENERAL_NAMES* names = nullptr;  // alternative names, if any
  const char* constraints = "critical,CA:FALSE";
  const char* key_usage = "critical,digitalSignature";
  std::chrono::hours lifetime{0};
};

struct Authority::Validity {
  TimePoint from;
  TimePoint until;
};

// Positive and of full length.
Serial make_serial(Rng& rng);

// Everything that all kinds of certificate share; the caller adds names and extensions, then
// signs. Null when OpenSSL fails.
CertificatePtr new_certificate(EVP_PKEY* key, Rng& rng, TimePoint from, TimePoint until);
bool set_common_name(X509_NAME* name, std::string_view text);
bool add_extension(X509* certificate, X509* issuer, int nid, const char* value);
// With the digest that fits the key.
bool sign_with(X509* certificate, EVP_PKEY* key);

bool is_common_name(std::string_view text);
TimePoint end_of(const X509* certificate);

CertificatePtr parse_certificate(std::string_view pem);  // null when it is none
KeyPtr parse_key(const Secret& pem);                     // null when it is none or encrypted
Result<std::string> certificate_text(X509* certificate);
Result<Secret> private_key_text(EVP_PKEY* key);

// kInternal with OpenSSL's reason.
base::Error openssl_error(std::string what);

}  // namespace berth::crypto
