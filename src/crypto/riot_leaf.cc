#include "crypto/riot_leaf.h"

#include "base/check.h"
#include "crypto/der_certificate.h"
#include "crypto/openssl_parts.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>

namespace berth::crypto {
namespace {

constexpr std::string_view kAlternativeName = "2.5.29.17";
constexpr std::string_view kKeyUsage = "2.5.29.15";
constexpr std::string_view kBasicConstraints = "2.5.29.19";
constexpr std::string_view kExtendedKeyUsage = "2.5.29.37";
constexpr std::string_view kClientAuthentication = "1.3.6.1.5.5.7.3.2";
constexpr std::string_view kSha256 = "2.16.840.1.101.3.4.2.1";
constexpr std::string_view kEcdsaWithSha256 = "1.2.840.10045.4.3.2";
constexpr std::string_view kEcdsaWith = "1.2.840.10045.4.3.";
constexpr std::size_t kScalarBytes = 32;

// 1.3.6.1.4.1.311.89.3.1 with its tag and length.
constexpr std::array<std::uint8_t, 12> kRiotIdentifierDer = {0x06, 0x0A, 0x2B, 0x06, 0x01, 0x04,
                                                             0x01, 0x82, 0x37, 0x59, 0x03, 0x01};
// x of k·G for the k in dice-x509.md §2.6.
constexpr std::array<std::uint8_t, kScalarBytes> kConstantR = {
    0x51, 0x5c, 0x3d, 0x6e, 0xb9, 0xe3, 0x96, 0xb9, 0x04, 0xd3, 0xfe, 0xca, 0x7f, 0x54, 0xfd, 0xcd,
    0x0c, 0xc1, 0xe9, 0x97, 0xbf, 0x37, 0x5d, 0xca, 0x51, 0x5a, 0xd0, 0xa6, 0xc3, 0xb4, 0x03, 0x5f};

auto fail(std::string_view what) { return Fail(ErrorKind::kInvalid, std::string(what)); }

base::Bytes copied(DerBytes bytes) { return {bytes.begin(), bytes.end()}; }

bool holds_riot_identifier(DerBytes name) {
  return std::search(name.begin(), name.end(), kRiotIdentifierDer.begin(),
                     kRiotIdentifierDer.end()) != name.end();
}

// The contents of an otherName, whose value is wrapped as X.509 asks or, as devices write it, not.
// Nothing for one of another kind.
Result<std::optional<RiotName>> read_other_name(DerBytes content) {
  DerReader parts(content);
  BERTH_TRY(const DerBytes type,
            parts.contents(der::kObjectIdentifier, "an otherName's object identifier"));
  BERTH_TRY(const std::string dots, der_object_identifier(type, "an otherName's kind"));
  if (dots != kRiotIdentifier) return std::optional<RiotName>();
  RiotName name;
  name.well_formed = parts.next_is(der::holding(0));
  BERTH_TRY(const DerElement element, parts.any("the device id"));
  if (auto end = parts.finish("the device id"); !end) return Fail(std::move(end).error());
  BERTH_TRY(name.identity, read_riot_identity(name.well_formed ? element.content : element.whole));
  return std::optional<RiotName>(std::move(name));
}

Result<bool> allows_client_authentication(DerBytes value) {
  BERTH_TRY(const DerBytes content, der_only(value, der::kSequence, "the extended key usage"));
  DerReader usages(content);
  bool found = false;
  while (!usages.done()) {
    BERTH_TRY(const DerBytes usage,
              usages.contents(der::kObjectIdentifier, "an extended key usage"));
    BERTH_TRY(const std::string dots, der_object_identifier(usage, "an extended key usage"));
    found = found || dots == kClientAuthentication;
  }
  return found;
}

Result<bool> says_authority(DerBytes value) {
  BERTH_TRY(const DerBytes content, der_only(value, der::kSequence, "the basic constraints"));
  DerReader parts(content);
  BERTH_TRY(const auto mark, parts.contents_if(der::kBoolean, "the basic constraints"));
  if (!mark) return false;
  return der_boolean(*mark, "the basic constraints");
}

Result<base::Bytes> read_scalar(DerReader& from, std::string_view what) {
  BERTH_TRY(DerBytes number, from.contents(der::kInteger, what));
  if (number.empty() || (number[0] & 0x80U) != 0) return fail("the signature has a bad number");
  const bool padded = number.size() > 1 && number[0] == 0;
  if (padded && (number[1] & 0x80U) == 0) return fail("the signature has a needlessly long number");
  if (padded) number = number.subspan(1);
  if (number.size() > kScalarBytes) return fail("the signature has a number beyond its curve");
  base::Bytes scalar(kScalarBytes - number.size(), 0);
  scalar.insert(scalar.end(), number.begin(), number.end());
  return scalar;
}

struct SignatureParts {
  base::Bytes r;
  base::Bytes s;
};

Result<SignatureParts> read_signature(DerBytes signature) {
  BERTH_TRY(const DerBytes content, der_only(signature, der::kSequence, "the signature"));
  DerReader numbers(content);
  SignatureParts parts;
  BERTH_TRY(parts.r, read_scalar(numbers, "the signature's r"));
  BERTH_TRY(parts.s, read_scalar(numbers, "the signature's s"));
  if (auto end = numbers.finish("the signature"); !end) return Fail(std::move(end).error());
  return parts;
}

// A critical extension that nobody here understands must stop the certificate (RFC 5280 §4.2).
Result<void> read_extensions(const DerCertificate& certificate, RiotLeaf& leaf) {
  bool named = false;
  for (const DerExtension& extension : certificate.extensions) {
    if (extension.oid == kAlternativeName) {
      BERTH_TRY(std::optional<RiotName> name, read_riot_name(extension.value));
      named = name.has_value();
      if (!named) continue;
      leaf.identity = std::move(name->identity);
      leaf.well_formed_name = name->well_formed;
    } else if (extension.oid == kExtendedKeyUsage) {
      BERTH_TRY(leaf.client_authentication, allows_client_authentication(extension.value));
    } else if (extension.oid == kBasicConstraints) {
      BERTH_TRY(leaf.authority, says_authority(extension.value));
    } else if (extension.critical && extension.oid != kKeyUsage) {
      return fail("the certificate has the critical extension " + extension.oid +
                  ", which is not understood");
    }
  }
  if (!named) return fail("the certificate carries no device id in its subject alternative name");
  return {};
}

// Null when the point is not on the curve.
KeyPtr key_of(DerBytes point) {
  char group[] = "prime256v1";
  base::Bytes bytes = copied(point);
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, bytes.data(), bytes.size()),
      OSSL_PARAM_construct_end(),
  };
  const std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>> context(
      EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  BERTH_CHECK(context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* key = nullptr;
  const int made = EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params);
  KeyPtr owner(key);
  if (made != 1) return nullptr;
  const std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>> checker(
      EVP_PKEY_CTX_new_from_pkey(nullptr, owner.get(), nullptr));
  BERTH_CHECK(checker != nullptr);
  return EVP_PKEY_public_check(checker.get()) == 1 ? std::move(owner) : nullptr;
}

void put_scalar(base::Bytes& out, DerBytes scalar) {
  const auto first =
      std::find_if(scalar.begin(), scalar.end() - 1, [](std::uint8_t byte) { return byte != 0; });
  const bool pad = (*first & 0x80U) != 0;
  out.push_back(der::kInteger);
  out.push_back(static_cast<std::uint8_t>((scalar.end() - first) + (pad ? 1 : 0)));
  if (pad) out.push_back(0);
  out.insert(out.end(), first, scalar.end());
}

base::Bytes signature_of(const RiotLeaf& leaf) {
  base::Bytes numbers;
  put_scalar(numbers, leaf.r);
  put_scalar(numbers, leaf.s);
  base::Bytes whole = {der::kSequence, static_cast<std::uint8_t>(numbers.size())};
  whole.insert(whole.end(), numbers.begin(), numbers.end());
  return whole;
}

}  // namespace

bool looks_like_riot_leaf(std::span<const std::uint8_t> der) {
  const auto certificate = read_der_certificate(der);
  if (!certificate) return false;
  const DerExtension* const name = find_extension(*certificate, kAlternativeName);
  return name != nullptr && holds_riot_identifier(name->value);
}

Result<RiotIdentity> read_riot_identity(std::span<const std::uint8_t> sequence) {
  BERTH_TRY(const DerBytes content, der_only(sequence, der::kSequence, "the device id"));
  DerReader parts(content);
  BERTH_TRY(const DerBytes number, parts.contents(der::kInteger, "the device id's version"));
  BERTH_TRY(const std::uint64_t version, der_unsigned(number, "the device id's version"));
  if (version != 1) return fail("the device id is of another version than 1");
  BERTH_TRY(const DerElement key, parts.take(der::kSequence, "the DeviceID key"));
  const std::optional<DerBytes> point = p256_point(key.whole);
  if (!point) return fail("the DeviceID key is not an uncompressed key on P-256");
  BERTH_TRY(const DerBytes measured, parts.contents(der::kSequence, "the FWID"));
  if (auto end = parts.finish("the device id"); !end) return Fail(std::move(end).error());
  DerReader digest(measured);
  BERTH_TRY(const DerBytes oid, digest.contents(der::kObjectIdentifier, "the FWID's algorithm"));
  BERTH_TRY(const std::string algorithm, der_object_identifier(oid, "the FWID's algorithm"));
  BERTH_TRY(const DerBytes fwid, digest.contents(der::kOctetString, "the FWID"));
  if (auto end = digest.finish("the FWID"); !end) return Fail(std::move(end).error());
  if (algorithm != kSha256 || fwid.size() != Sha256{}.size()) {
    return fail("the FWID is not a SHA-256 digest");
  }
  return RiotIdentity{copied(*point), copied(fwid)};
}

Result<std::optional<RiotName>> read_riot_name(std::span<const std::uint8_t> names) {
  std::optional<RiotName> found;
  if (!holds_riot_identifier(names)) return found;
  BERTH_TRY(const DerBytes content,
            der_only(names, der::kSequence, "the subject alternative name"));
  DerReader list(content);
  while (!list.done()) {
    BERTH_TRY(const DerElement name, list.any("a subject alternative name"));
    if (name.tag != der::holding(0)) continue;
    BERTH_TRY(std::optional<RiotName> other, read_other_name(name.content));
    if (found && other) return fail("the subject alternative name has two device ids");
    if (other) found = std::move(other);
  }
  return found;
}

Result<RiotLeaf> read_riot_leaf(std::span<const std::uint8_t> der) {
  BERTH_TRY(const DerCertificate certificate, read_der_certificate(der));
  if (certificate.signature_algorithm != kEcdsaWithSha256) {
    return fail("the certificate is not signed by ECDSA with SHA-256");
  }
  const std::optional<DerBytes> point = p256_point(certificate.public_key_info);
  if (!point) return fail("the certificate's key is not an uncompressed key on P-256");
  RiotLeaf leaf;
  if (auto read = read_extensions(certificate, leaf); !read) return Fail(std::move(read).error());
  BERTH_TRY(SignatureParts signature, read_signature(certificate.signature));
  BERTH_TRY(leaf.common_name, der_common_name(certificate.subject));
  leaf.sha256 = crypto::sha256(der);
  leaf.public_key_sha256 = crypto::sha256(certificate.public_key_info);
  leaf.public_key_info = copied(certificate.public_key_info);
  leaf.public_key_point = copied(*point);
  leaf.issuer = copied(certificate.issuer);
  leaf.subject = copied(certificate.subject);
  leaf.not_before = certificate.not_before;
  leaf.not_after = certificate.not_after;
  leaf.tbs = copied(certificate.tbs);
  leaf.r = std::move(signature.r);
  leaf.s = std::move(signature.s);
  return leaf;
}

Result<void> verify_riot_leaf(const RiotLeaf& leaf) {
  const KeyPtr own = key_of(leaf.public_key_point);
  const KeyPtr signer = key_of(leaf.identity.device_id_point);
  ERR_clear_error();
  if (!own) return fail("the certificate's key is not a point of P-256");
  if (!signer) return fail("the DeviceID key in the certificate is not a point of P-256");
  const std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>> context(EVP_MD_CTX_new());
  BERTH_CHECK(context != nullptr);
  const base::Bytes signature = signature_of(leaf);
  const bool good =
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, signer.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), leaf.tbs.data(),
                       leaf.tbs.size()) == 1;
  ERR_clear_error();
  if (!good) return fail("the certificate is not signed by the DeviceID key that it carries");
  return {};
}

bool has_constant_nonce(std::span<const std::uint8_t> r) {
  return std::equal(r.begin(), r.end(), kConstantR.begin(), kConstantR.end());
}

bool is_signed_with_constant_nonce(std::span<const std::uint8_t> der) {
  const auto certificate = read_der_certificate(der);
  if (!certificate || !certificate->signature_algorithm.starts_with(kEcdsaWith)) return false;
  const auto signature = read_signature(certificate->signature);
  return signature && has_constant_nonce(signature->r);
}

}  // namespace berth::crypto
