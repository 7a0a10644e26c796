#include "factory/open_dice_certificate.h"

#include "crypto/der.h"
#include "crypto/der_write.h"
#include "crypto/dice_evidence.h"

#include <algorithm>

namespace berth::factory {
namespace {

using base::Bytes;
namespace der = crypto::der;

constexpr std::string_view kSerialNumber = "2.5.4.5";
constexpr std::string_view kCommonName = "2.5.4.3";
constexpr std::string_view kSubjectKeyId = "2.5.29.14";
constexpr std::string_view kKeyUsage = "2.5.29.15";
constexpr std::string_view kBasicConstraints = "2.5.29.19";
constexpr std::string_view kAuthorityKeyId = "2.5.29.35";
constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
constexpr std::string_view kClientAuthentication = "1.3.6.1.5.5.7.3.2";
constexpr std::string_view kEd25519 = "1.3.101.112";
constexpr std::string_view kEcdsaWithSha256 = "1.2.840.10045.4.3.2";
constexpr std::string_view kEcPublicKey = "1.2.840.10045.2.1";
constexpr std::string_view kPrime256v1 = "1.2.840.10045.3.1.7";
constexpr std::size_t kCommonNameMax = 64;

// From the day of the format on, and without an end (RFC 5280 §4.1.2.5).
constexpr std::int64_t kFormatBegan = 1'521'763'199;   // 2018-03-22T23:59:59Z
constexpr std::int64_t kNoEnd = 253'402'300'799;       // 9999-12-31T23:59:59Z
constexpr std::uint32_t kDigitalSignature = 1U << 0U;  // bits of keyUsage
constexpr std::uint32_t kKeyCertSign = 1U << 5U;

Bytes joined(const std::vector<Bytes>& parts) {
  Bytes all;
  for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

Bytes name_of(std::string_view type, std::uint8_t tag, std::string_view text) {
  return crypto::der_sequence({crypto::der_holding(
      der::kSet,
      {crypto::der_sequence({crypto::der_object_identifier(type), crypto::der_text(tag, text)})})});
}

Bytes id_name(const OpenDiceId& id) {
  return name_of(kSerialNumber, der::kPrintableString, base::hex_encode(id));
}

Bytes signature_algorithm(OpenDiceAlgorithm algorithm) {
  const bool edwards = algorithm == OpenDiceAlgorithm::kEd25519;
  return crypto::der_sequence(
      {crypto::der_object_identifier(edwards ? kEd25519 : kEcdsaWithSha256)});
}

Bytes public_key_info(const OpenDicePublicKey& key) {
  if (key.algorithm == OpenDiceAlgorithm::kEd25519) {
    return crypto::der_sequence({crypto::der_sequence({crypto::der_object_identifier(kEd25519)}),
                                 crypto::der_bits(key.bytes)});
  }
  Bytes point{0x04};
  point.insert(point.end(), key.bytes.begin(), key.bytes.end());
  return crypto::der_sequence({crypto::der_sequence({crypto::der_object_identifier(kEcPublicKey),
                                                     crypto::der_object_identifier(kPrime256v1)}),
                               crypto::der_bits(point)});
}

enum class Weight { kUsual, kCritical };

Bytes extension(std::string_view oid, const Bytes& value, Weight weight = Weight::kUsual) {
  const Bytes name = crypto::der_object_identifier(oid);
  const Bytes content = crypto::der_octets(value);
  return weight == Weight::kCritical ? crypto::der_sequence({name, crypto::der_true(), content})
                                     : crypto::der_sequence({name, content});
}

Bytes key_ids(const OpenDiceId& issuer, const OpenDiceId& subject) {
  return joined({extension(kAuthorityKeyId,
                           crypto::der_sequence({crypto::der_element(der::plain(0), issuer)})),
                 extension(kSubjectKeyId, crypto::der_octets(subject))});
}

Bytes key_usage(std::uint32_t bits) {
  return extension(kKeyUsage,
                   crypto::der_element(der::kBitString, crypto::der_named_bits_content(bits)),
                   Weight::kCritical);
}

Bytes authority_extensions(const OpenDiceId& issuer, const OpenDiceId& subject) {
  return joined({key_ids(issuer, subject), key_usage(kKeyCertSign),
                 extension(kBasicConstraints, crypto::der_sequence({crypto::der_true()}),
                           Weight::kCritical)});
}

struct Content {
  const OpenDiceKey& subject;
  Bytes subject_name;
  TimePoint not_before = base::from_unix_seconds(kFormatBegan);
  TimePoint not_after = base::from_unix_seconds(kNoEnd);
  Bytes extensions = {};
};

Result<Bytes> signed_by(const OpenDiceKey& issuer, const Content& content) {
  const Bytes algorithm = signature_algorithm(issuer.public_key.algorithm);
  const Bytes version = crypto::der_element(der::kInteger, crypto::der_unsigned_content(2));
  const Bytes list = crypto::der_element(der::kSequence, content.extensions);
  const Bytes tbs = crypto::der_sequence({
      crypto::der_holding(der::holding(0), {version}),
      crypto::der_integer(content.subject.id),
      algorithm,
      id_name(issuer.id),
      crypto::der_sequence({crypto::der_certificate_time(content.not_before),
                            crypto::der_certificate_time(content.not_after)}),
      content.subject_name,
      public_key_info(content.subject.public_key),
      crypto::der_element(der::holding(3), list),
  });
  BERTH_TRY(const Bytes signature, open_dice_sign(issuer, tbs));
  return crypto::der_sequence({tbs, algorithm, crypto::der_bits(signature)});
}

Bytes octets_member(unsigned number, std::span<const std::uint8_t> value) {
  return crypto::der_holding(der::holding(number), {crypto::der_octets(value)});
}

bool is_common_name(std::string_view name) {
  return !name.empty() && name.size() <= kCommonNameMax && base::printable(name) == name;
}

}  // namespace

Result<base::Bytes> open_dice_extension(const CdiTerms& terms) {
  const OpenDiceInputs& inputs = terms.inputs;
  std::vector<Bytes> members{octets_member(0, inputs.code)};
  if (!terms.code_descriptor.empty()) members.push_back(octets_member(1, terms.code_descriptor));
  const bool hashed = !terms.config_descriptor.empty();
  if (hashed) members.push_back(octets_member(2, inputs.config));
  members.push_back(hashed ? octets_member(3, terms.config_descriptor)
                           : octets_member(3, inputs.config));
  members.push_back(octets_member(4, inputs.authority));
  if (!terms.authority_descriptor.empty()) {
    members.push_back(octets_member(5, terms.authority_descriptor));
  }
  const auto mode = static_cast<std::uint8_t>(inputs.mode);
  members.push_back(crypto::der_holding(
      der::holding(6),
      {crypto::der_element(der::kEnumerated, crypto::der_unsigned_content(mode))}));
  if (!terms.profile.empty()) {
    members.push_back(
        crypto::der_holding(der::holding(7), {crypto::der_text(der::kUtf8String, terms.profile)}));
  }
  Bytes extension = crypto::der_element(der::kSequence, joined(members));
  if (const auto read = crypto::read_open_dice(extension); !read) return Fail(read.error());
  return extension;
}

Result<base::Bytes> cdi_certificate(const OpenDiceKey& issuer, const OpenDiceKey& subject,
                                    const CdiTerms& terms) {
  BERTH_TRY(const Bytes inputs, open_dice_extension(terms));
  Content content{subject, id_name(subject.id)};
  content.extensions = joined({authority_extensions(issuer.id, subject.id),
                               extension(crypto::oid::kOpenDice, inputs, Weight::kCritical)});
  return signed_by(issuer, content);
}

Result<base::Bytes> uds_certificate(const OpenDiceKey& uds) {
  Content content{uds, id_name(uds.id)};
  content.extensions = authority_extensions(uds.id, uds.id);
  return signed_by(uds, content);
}

Result<base::Bytes> end_entity_certificate(const OpenDiceKey& issuer, const OpenDiceKey& own,
                                           const EndEntityTerms& terms) {
  if (!is_common_name(terms.common_name)) {
    return Fail(ErrorKind::kInvalid, "a common name has 1 to " + std::to_string(kCommonNameMax) +
                                         " printable characters");
  }
  if (terms.not_after <= terms.not_before) {
    return Fail(ErrorKind::kInvalid, "the certificate would end before it begins");
  }
  Content content{own, name_of(kCommonName, der::kUtf8String, terms.common_name), terms.not_before,
                  terms.not_after};
  const Bytes usages = crypto::der_sequence({crypto::der_object_identifier(kClientAuthentication)});
  content.extensions = joined({key_ids(issuer.id, own.id), key_usage(kDigitalSignature),
                               extension(kExtendedKeyUsage, usages)});
  return signed_by(issuer, content);
}

}  // namespace berth::factory
