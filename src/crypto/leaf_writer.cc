#include "crypto/leaf_writer.h"

#include "crypto/der_write.h"

#include <openssl/sha.h>
#include <openssl/x509v3.h>

namespace berth::crypto {
namespace {

constexpr std::string_view kBasicConstraints = "2.5.29.19";
constexpr std::string_view kKeyUsage = "2.5.29.15";
constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
constexpr std::string_view kSubjectKeyIdentifier = "2.5.29.14";
constexpr std::string_view kAuthorityKeyIdentifier = "2.5.29.35";
constexpr std::string_view kClientAuthentication = "1.3.6.1.5.5.7.3.2";
constexpr std::string_view kCommonName = "2.5.4.3";
constexpr std::uint32_t kDigitalSignature = 1;  // bit 0
constexpr std::uint8_t kVersion3 = 2;

void append(base::Bytes& out, DerBytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); }

base::Bytes extension(std::string_view oid, DerBytes value) {
  return der_sequence({der_object_identifier(oid), der_octets(value)});
}

base::Bytes critical_extension(std::string_view oid, DerBytes value) {
  return der_sequence({der_object_identifier(oid), der_true(), der_octets(value)});
}

// No CA, for signing alone, of a client.
base::Bytes make_fixed_extensions() {
  base::Bytes all = critical_extension(kBasicConstraints, der_sequence({}));
  const base::Bytes usage = der_element(der::kBitString, der_named_bits_content(kDigitalSignature));
  append(all, critical_extension(kKeyUsage, usage));
  append(all, extension(kExtendedKeyUsage,
                        der_sequence({der_object_identifier(kClientAuthentication)})));
  return all;
}

base::Bytes subject_name(std::string_view common_name) {
  static const base::Bytes type = der_object_identifier(kCommonName);
  return der_sequence(
      {der_holding(der::kSet, {der_sequence({type, der_text(der::kUtf8String, common_name)})})});
}

// RFC 5280 §4.2.1.2 (1): it names a key, nothing rests on the digest.
base::Bytes subject_identifier(DerBytes public_key_info) {
  const P256Point point = *plain_p256_point(public_key_info);
  static const EVP_MD* const digest = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> print{};
  if (EVP_Digest(point.data(), point.size(), print.data(), nullptr, digest, nullptr) != 1) {
    return {};
  }
  return extension(kSubjectKeyIdentifier, der_octets(print));
}

base::Bytes authority_identifier(X509* authority) {
  const ASN1_OCTET_STRING* const key = X509_get0_subject_key_id(authority);
  if (key == nullptr) return {};
  const DerBytes bytes(ASN1_STRING_get0_data(key),
                       static_cast<std::size_t>(ASN1_STRING_length(key)));
  return extension(kAuthorityKeyIdentifier, der_sequence({der_element(der::plain(0), bytes)}));
}

}  // namespace

std::optional<LeafWriter> LeafWriter::make(X509* authority, EVP_PKEY* key) {
  std::optional<P256Signer> signer = P256Signer::make(key);
  if (!signer) return std::nullopt;
  LeafWriter writer(*std::move(signer));
  writer.issuer_ = encoded(i2d_X509_NAME, X509_get_subject_name(authority));
  writer.identifier_ = authority_identifier(authority);
  if (writer.issuer_.empty()) return std::nullopt;
  return writer;
}

base::Bytes LeafWriter::signed_part(DerBytes public_key_info, const LeafFacts& facts) const {
  static const base::Bytes version =
      der_holding(der::holding(0), {der_integer(std::span(&kVersion3, 1))});
  static const base::Bytes fixed_extensions = make_fixed_extensions();
  const base::Bytes identifier = subject_identifier(public_key_info);
  if (identifier.empty()) return {};
  base::Bytes content = version;
  append(content, der_integer(facts.serial));
  append(content, kEcdsaWithSha256Der);
  append(content, issuer_);
  append(content, der_sequence({der_certificate_time(facts.not_before),
                                der_certificate_time(facts.not_after)}));
  append(content, subject_name(facts.common_name));
  append(content, public_key_info);
  base::Bytes extensions = fixed_extensions;
  append(extensions, identifier);
  append(extensions, identifier_);
  append(content, der_element(der::holding(3), der_element(der::kSequence, extensions)));
  return der_element(der::kSequence, content);
}

base::Bytes LeafWriter::write(DerBytes public_key_info, const LeafFacts& facts) const {
  base::Bytes content = signed_part(public_key_info, facts);
  if (content.empty()) return {};
  const base::Bytes signature = signer_.sign(content);
  if (signature.empty()) return {};
  append(content, kEcdsaWithSha256Der);
  append(content, der_bits(signature));
  return der_element(der::kSequence, content);
}

}  // namespace berth::crypto
