// Owners of OpenSSL's objects and its errors as text, for the certificate files of this room.
//
// Room crypto, internal. Thread rule: pure functions; OpenSSL's error queue is per thread.
#pragma once

#include "base/clock.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
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

// The text of OpenSSL's newest error; empties its queue.
std::string openssl_reason();

// 1970 when the time cannot be read.
TimePoint time_of(const ASN1_TIME* time);

}  // namespace berth::crypto
