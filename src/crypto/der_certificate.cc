#include "crypto/der_certificate.h"

#include "crypto/certificate.h"

#include <algorithm>

namespace berth::crypto {
namespace {

constexpr std::size_t kCommonNameBytesMax = 256;
constexpr std::size_t kPointBytes = 65;
constexpr std::string_view kCommonName = "2.5.4.3";
constexpr std::string_view kEcPublicKey = "1.2.840.10045.2.1";
constexpr std::string_view kPrime256v1 = "1.2.840.10045.3.1.7";

auto fail(std::string_view what) { return Fail(ErrorKind::kInvalid, std::string(what)); }

// AlgorithmIdentifier: the parameters are not looked at.
Result<std::string> read_algorithm(DerReader& from, std::string_view what) {
  BERTH_TRY(const DerBytes content, from.contents(der::kSequence, what));
  DerReader parts(content);
  BERTH_TRY(const DerBytes oid, parts.contents(der::kObjectIdentifier, what));
  return der_object_identifier(oid, what);
}

Result<DerExtension> read_extension(DerReader& list) {
  BERTH_TRY(const DerBytes content, list.contents(der::kSequence, "an extension"));
  DerReader parts(content);
  DerExtension extension;
  BERTH_TRY(const DerBytes oid, parts.contents(der::kObjectIdentifier, "an extension's name"));
  BERTH_TRY(extension.oid, der_object_identifier(oid, "an extension's name"));
  BERTH_TRY(const auto critical, parts.contents_if(der::kBoolean, "an extension's critical mark"));
  if (critical) {
    BERTH_TRY(extension.critical, der_boolean(*critical, "an extension's critical mark"));
  }
  BERTH_TRY(extension.value, parts.contents(der::kOctetString, "the extension " + extension.oid));
  if (auto end = parts.finish("the extension " + extension.oid); !end) {
    return Fail(std::move(end).error());
  }
  return extension;
}

Result<void> read_extensions(DerBytes wrapped, DerCertificate& certificate) {
  BERTH_TRY(const DerBytes content, der_only(wrapped, der::kSequence, "the list of extensions"));
  DerReader list(content);
  while (!list.done()) {
    if (certificate.extensions.size() == kCertificateExtensionsMax) {
      return fail("the certificate has more than " + std::to_string(kCertificateExtensionsMax) +
                  " extensions");
    }
    BERTH_TRY(DerExtension extension, read_extension(list));
    if (find_extension(certificate, extension.oid) != nullptr) {
      return fail("the certificate has the extension " + extension.oid + " twice");
    }
    certificate.extensions.push_back(std::move(extension));
  }
  return {};
}

Result<void> read_validity(DerReader& parts, DerCertificate& certificate) {
  BERTH_TRY(const DerBytes content, parts.contents(der::kSequence, "the validity"));
  DerReader times(content);
  BERTH_TRY(const DerElement from, times.any("the time of validity's begin"));
  BERTH_TRY(certificate.not_before, der_time(from, "the time of validity's begin"));
  BERTH_TRY(const DerElement to, times.any("the time of validity's end"));
  BERTH_TRY(certificate.not_after, der_time(to, "the time of validity's end"));
  return times.finish("the validity");
}

Result<void> read_version(DerReader& parts) {
  BERTH_TRY(const auto wrapped, parts.contents_if(der::holding(0), "the version"));
  if (!wrapped) return {};
  BERTH_TRY(const DerBytes content, der_only(*wrapped, der::kInteger, "the version"));
  BERTH_TRY(const std::uint64_t version, der_unsigned(content, "the version"));
  if (version > 2) return fail("the certificate is of a version after 3");
  return {};
}

// TBSCertificate; the signature's algorithm in it is compared with the outer one.
Result<void> read_tbs(DerBytes content, DerCertificate& certificate) {
  DerReader parts(content);
  if (auto version = read_version(parts); !version) return version;
  BERTH_TRY(certificate.serial, parts.contents(der::kInteger, "the serial number"));
  BERTH_TRY(certificate.signature_algorithm, read_algorithm(parts, "the signature's algorithm"));
  BERTH_TRY(const DerElement issuer, parts.take(der::kSequence, "the issuer"));
  if (auto validity = read_validity(parts, certificate); !validity) return validity;
  BERTH_TRY(const DerElement subject, parts.take(der::kSequence, "the subject"));
  BERTH_TRY(const DerElement key, parts.take(der::kSequence, "the public key"));
  certificate.issuer = issuer.whole;
  certificate.subject = subject.whole;
  certificate.public_key_info = key.whole;
  for (const unsigned unique : {1U, 2U}) {
    BERTH_TRY(const auto skipped, parts.contents_if(der::plain(unique), "a unique identifier"));
    static_cast<void>(skipped);
  }
  BERTH_TRY(const auto extensions, parts.contents_if(der::holding(3), "the extensions"));
  if (extensions) {
    if (auto read = read_extensions(*extensions, certificate); !read) return read;
  }
  return parts.finish("the certificate's signed part");
}

// The value of one attribute of a name, when it is the CN.
Result<std::optional<std::string>> read_attribute(DerReader& set) {
  BERTH_TRY(const DerBytes content, set.contents(der::kSequence, "a part of a name"));
  DerReader parts(content);
  BERTH_TRY(const DerBytes oid, parts.contents(der::kObjectIdentifier, "a part of a name"));
  BERTH_TRY(const std::string type, der_object_identifier(oid, "a part of a name"));
  BERTH_TRY(const DerElement value, parts.any("a part of a name"));
  if (auto end = parts.finish("a part of a name"); !end) return Fail(std::move(end).error());
  if (type != kCommonName) return std::optional<std::string>();
  const bool readable = value.tag == der::kUtf8String || value.tag == der::kPrintableString ||
                        value.tag == der::kIa5String;
  if (!readable) return fail("the common name is in a form that nobody needs");
  BERTH_TRY(std::string text, der_text(value.content, kCommonNameBytesMax, "the common name"));
  return std::optional<std::string>(std::move(text));
}

}  // namespace

Result<DerCertificate> read_der_certificate(DerBytes der) {
  if (der.size() > kCertificateBytesMax) {
    return fail("the certificate has more than " + std::to_string(kCertificateBytesMax) + " bytes");
  }
  BERTH_TRY(const DerBytes content, der_only(der, der::kSequence, "the certificate"));
  DerReader parts(content);
  DerCertificate certificate;
  BERTH_TRY(const DerElement tbs, parts.take(der::kSequence, "the certificate's signed part"));
  certificate.tbs = tbs.whole;
  if (auto read = read_tbs(tbs.content, certificate); !read) return Fail(std::move(read).error());
  BERTH_TRY(const std::string outer, read_algorithm(parts, "the signature's algorithm"));
  if (outer != certificate.signature_algorithm) {
    return fail("the certificate names two different signature algorithms");
  }
  BERTH_TRY(const DerBytes bits, parts.contents(der::kBitString, "the signature"));
  BERTH_TRY(certificate.signature, der_bit_bytes(bits, "the signature"));
  if (auto end = parts.finish("the signature"); !end) return Fail(std::move(end).error());
  return certificate;
}

const DerExtension* find_extension(const DerCertificate& certificate, std::string_view oid) {
  const auto found = std::find_if(certificate.extensions.begin(), certificate.extensions.end(),
                                  [&](const DerExtension& each) { return each.oid == oid; });
  return found == certificate.extensions.end() ? nullptr : &*found;
}

Result<std::string> der_common_name(DerBytes name) {
  BERTH_TRY(const DerBytes content, der_only(name, der::kSequence, "the name"));
  DerReader sets(content);
  std::string last;
  while (!sets.done()) {
    BERTH_TRY(const DerBytes inner, sets.contents(der::kSet, "a part of a name"));
    DerReader set(inner);
    while (!set.done()) {
      BERTH_TRY(std::optional<std::string> found, read_attribute(set));
      if (found) last = std::move(*found);
    }
  }
  return last;
}

std::optional<DerBytes> p256_point(DerBytes public_key_info) {
  const auto info = der_only(public_key_info, der::kSequence, "the key");
  if (!info) return std::nullopt;
  DerReader parts(*info);
  const auto algorithm = parts.contents(der::kSequence, "the key's kind");
  const auto bits = algorithm ? parts.contents(der::kBitString, "the key") : algorithm;
  if (!bits || !parts.done()) return std::nullopt;
  DerReader names(*algorithm);
  for (const std::string_view expected : {kEcPublicKey, kPrime256v1}) {
    const auto oid = names.contents(der::kObjectIdentifier, "the key's kind");
    const auto dots =
        oid ? der_object_identifier(*oid, "the key's kind") : Result<std::string>(std::string());
    if (!dots || *dots != expected) return std::nullopt;
  }
  const auto point = der_bit_bytes(*bits, "the key");
  if (!names.done() || !point || point->size() != kPointBytes || point->front() != 0x04) {
    return std::nullopt;
  }
  return *point;
}

}  // namespace berth::crypto
