#include "factory/riot_certificate.h"

#include "crypto/certificate.h"
#include "crypto/hash.h"
#include "crypto/openssl_parts.h"
#include "crypto/riot_leaf.h"

#include <openssl/core_names.h>
#include <openssl/err.h>

#include <initializer_list>

namespace berth::factory {
namespace {

using base::Bytes;

// ASN.1 tags (X.690 §8).
constexpr std::uint8_t kBoolean = 0x01;
constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kBitString = 0x03;
constexpr std::uint8_t kOctetString = 0x04;
constexpr std::uint8_t kObjectId = 0x06;
constexpr std::uint8_t kUtf8String = 0x0c;
constexpr std::uint8_t kUtcTime = 0x17;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kSet = 0x31;
constexpr std::uint8_t kContext0 = 0xa0;  // constructed
constexpr std::uint8_t kContext3 = 0xa3;

Bytes element(std::uint8_t tag, std::span<const std::uint8_t> content) {
  Bytes out{tag};
  const std::size_t size = content.size();
  if (size > 0xff) {
    out.insert(out.end(), {0x82, static_cast<std::uint8_t>(size >> 8U)});
  } else if (size > 0x7f) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(size));
  out.insert(out.end(), content.begin(), content.end());
  return out;
}
Bytes element(std::uint8_t tag, std::string_view text) {
  return element(tag, base::as_bytes(text));
}
Bytes element(std::uint8_t tag, std::initializer_list<Bytes> parts) {
  Bytes content;
  for (const Bytes& part : parts) content.insert(content.end(), part.begin(), part.end());
  return element(tag, content);
}

Bytes object_id(std::initializer_list<std::uint8_t> content) {
  return element(kObjectId, Bytes(content));
}
const Bytes& ecdsa_with_sha256() {
  static const Bytes kOid = object_id({0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02});
  static const Bytes kAlgorithm = element(kSequence, {kOid});
  return kAlgorithm;
}

Bytes public_key_info(const P256Point& point) {
  Bytes bits{0};  // none unused
  bits.insert(bits.end(), point.begin(), point.end());
  const Bytes algorithm = element(
      kSequence, {object_id({0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01}),          // ecPublicKey
                  object_id({0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07})});  // prime256v1
  return element(kSequence, {algorithm, element(kBitString, bits)});
}

Bytes name_part(std::uint8_t type, std::string_view text) {
  return element(kSet,
                 {element(kSequence, {object_id({0x55, 0x04, type}), element(kUtf8String, text)})});
}
Bytes name_of(std::string_view common_name) {
  return element(kSequence,
                 {name_part(3, common_name), name_part(6, "US"), name_part(10, "DEVKIT_TEST")});
}

struct Contents {
  Bytes serial;
  std::string_view subject;
  const P256Point& key;
  Bytes extensions;
};
Bytes tbs_of(const Contents& contents) {
  const Bytes version = element(kContext0, {element(kInteger, Bytes{2})});
  const Bytes validity =
      element(kSequence, {element(kUtcTime, "170101000000Z"), element(kUtcTime, "370101000000Z")});
  return element(kSequence, {version, element(kInteger, contents.serial), ecdsa_with_sha256(),
                             name_of("devkitdice"), validity, name_of(contents.subject),
                             public_key_info(contents.key),
                             element(kContext3, {element(kSequence, contents.extensions)})});
}

// id-ce 37, critical: clientAuth alone.
Bytes client_usage() {
  const Bytes usages =
      element(kSequence, {object_id({0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02})});
  return element(kSequence, {object_id({0x55, 0x1d, 0x25}), element(kBoolean, Bytes{0xff}),
                             element(kOctetString, usages)});
}

// id-ce 17, critical: the composite id as an otherName (§2.5).
Bytes composite_id(const RiotIdentity& identity, RiotLayout layout) {
  const Bytes digest = element(
      kSequence, {object_id({0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01}),  // SHA-256
                  element(kOctetString, identity.fwid)});
  Bytes value = element(
      kSequence, {element(kInteger, Bytes{1}), public_key_info(identity.device_id.point), digest});
  if (layout == RiotLayout::kStandard) value = element(kContext0, value);
  const Bytes type = object_id({0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x59, 0x03, 0x01});
  const Bytes names = element(kSequence, {element(kContext0, {type, value})});
  return element(kSequence, {object_id({0x55, 0x1d, 0x11}), element(kBoolean, Bytes{0xff}),
                             element(kOctetString, names)});
}

Result<Bytes> signed_certificate(const Bytes& tbs, const Secret& key) {
  BERTH_TRY(const Bytes signature, p256_sign(key, crypto::sha256(tbs)));
  return joined_certificate(tbs, signature);
}

}  // namespace

Bytes device_id_tbs(const P256Point& device_id) {
  const Bytes constraints =
      element(kSequence, {element(kBoolean, Bytes{0xff}), element(kInteger, Bytes{2})});
  return tbs_of(
      {{0x0e, 0x0d, 0x0c, 0x0b, 0x0a},
       "devkitdice",
       device_id,
       element(kSequence, {object_id({0x55, 0x1d, 0x13}), element(kOctetString, constraints)})});
}

Bytes alias_tbs(const RiotIdentity& identity, const AliasName& name) {
  Bytes extensions = client_usage();
  const Bytes id = composite_id(identity, name.layout);
  extensions.insert(extensions.end(), id.begin(), id.end());
  return tbs_of({{0x0a, 0x0b, 0x0c, 0x0d, 0x0e},
                 name.registration_id,
                 identity.alias.point,
                 std::move(extensions)});
}

Bytes joined_certificate(const Bytes& tbs, const Bytes& signature) {
  Bytes bits{0};
  bits.insert(bits.end(), signature.begin(), signature.end());
  return element(kSequence, {tbs, ecdsa_with_sha256(), element(kBitString, bits)});
}

Result<Bytes> device_id_certificate(const RiotKey& device_id) {
  return signed_certificate(device_id_tbs(device_id.point), device_id.scalar);
}

Result<Bytes> alias_certificate(const RiotIdentity& identity, const AliasName& name) {
  if (name.registration_id.empty() || name.registration_id.size() > kRegistrationIdMax) {
    return Fail(ErrorKind::kInvalid,
                "the registration id has " + std::to_string(name.registration_id.size()) +
                    " characters, not 1 to " + std::to_string(kRegistrationIdMax),
                "use a shorter one");
  }
  return signed_certificate(alias_tbs(identity, name), identity.device_id.scalar);
}

std::string public_key_sha256(const P256Point& point) {
  return base::hex_encode(crypto::sha256(public_key_info(point)));
}
std::string certificate_sha256(std::span<const std::uint8_t> der) {
  return base::hex_encode(crypto::sha256(der));
}

std::string certificate_pem(std::span<const std::uint8_t> der) {
  return crypto::certificate_pem(der);
}

Result<ComparedCertificate> compare_certificate(std::string_view pem, const RiotKey& alias) {
  BERTH_TRY(const Bytes der, crypto::certificate_der(pem));
  const unsigned char* at = der.data();
  const crypto::CertificatePtr certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  P256Point point{};
  std::size_t size = 0;
  EVP_PKEY* key = certificate ? X509_get0_pubkey(certificate.get()) : nullptr;
  const bool is_read =
      key != nullptr && EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                                        point.size(), &size) == 1;
  ERR_clear_error();
  ComparedCertificate compared;
  compared.same_key = is_read && size == point.size() && point == alias.point;
  compared.constant_nonce = crypto::is_signed_with_constant_nonce(der);
  return compared;
}

}  // namespace berth::factory
