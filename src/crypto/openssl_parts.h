// Owners of OpenSSL's objects, its errors as text, and small readings of certificates, for the
// certificate files of this room.
//
// Room crypto, internal. Thread rule: pure functions; OpenSSL's error queue is per thread.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/result.h"
#include "crypto/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace berth::crypto {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Deleter<X509_free>>;
using RequestPtr = std::unique_ptr<X509_REQ, Deleter<X509_REQ_free>>;
using ExtensionsPtr =
    std::unique_ptr<STACK_OF(X509_EXTENSION), decltype([](STACK_OF(X509_EXTENSION) * all) {
                      sk_X509_EXTENSION_pop_free(all, X509_EXTENSION_free);
                    })>;

// The text of OpenSSL's newest error; empties its queue.
std::string openssl_reason();

// 1970 when the time cannot be read.
TimePoint time_of(const ASN1_TIME* time);
std::optional<TimePoint> readable_time_of(const ASN1_TIME* time);
bool has_readable_times(const X509* certificate);

// A certificate that is exactly these bytes; see read_certificate().
Result<CertificatePtr> parse_der(std::span<const std::uint8_t> der);

// All facts of `certificate`, which is `der`.
CertificateFacts facts_of(X509* certificate, std::span<const std::uint8_t> der);

// The last CN as UTF-8; empty without one.
std::string common_name_of(const X509_NAME* name);
// RFC 2253 on one line, printable, at most kNameShownMax bytes.
std::string name_text(const X509_NAME* name);
// "P-256", "RSA-2048", "Ed25519", the library's name of another, "unknown" for null.
std::string key_text(const EVP_PKEY* key);

// What an i2d_ function made of its object.
template <class Encode, class Object>
base::Bytes encoded(Encode encode, Object* object) {
  unsigned char* der = nullptr;
  const int size = encode(object, &der);
  if (size <= 0) return {};
  base::Bytes bytes(der, der + size);
  OPENSSL_free(der);
  return bytes;
}

}  // namespace berth::crypto
