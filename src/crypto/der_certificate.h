// The outline of an X.509 certificate (RFC 5280 §4.1) by the strict DER reader: where its parts
// are, not whether they are good. It reads what OpenSSL reads, and also certificates of which
// OpenSSL refuses an extension (dice-x509.md §2.5), because it does not look into extensions.
//
// Room crypto. Views into the bytes given, which must outlive them. Thread rule: pure functions.
#pragma once

#include "crypto/der.h"

#include <string>
#include <string_view>
#include <vector>

namespace berth::crypto {

inline constexpr std::size_t kCertificateExtensionsMax = 32;

struct DerExtension {
  std::string oid;
  bool critical = false;
  DerBytes value;  // the contents of the OCTET STRING
};

struct DerCertificate {
  DerBytes tbs;  // with tag and length: what is signed
  DerBytes serial;
  DerBytes issuer;  // with tag and length, as the next two
  DerBytes subject;
  DerBytes public_key_info;
  TimePoint not_before;
  TimePoint not_after;
  std::vector<DerExtension> extensions;  // no object identifier twice
  std::string signature_algorithm;       // object identifier
  DerBytes signature;
};

// kInvalid when the bytes are not one whole certificate of version 3 or older, or too many.
Result<DerCertificate> read_der_certificate(DerBytes der);

// The extension, or null.
const DerExtension* find_extension(const DerCertificate& certificate, std::string_view oid);

// The last CN of a name (whole, with its tag); empty without one. kInvalid for a broken name, or a
// CN that is not UTF8String, PrintableString or IA5String.
Result<std::string> der_common_name(DerBytes name);

// The point of an uncompressed P-256 key (65 bytes) out of a whole SubjectPublicKeyInfo; nothing
// when it is any other key. Whether it is on the curve is not looked at.
std::optional<DerBytes> p256_point(DerBytes public_key_info);

}  // namespace berth::crypto
