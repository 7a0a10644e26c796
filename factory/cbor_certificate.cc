#include "factory/cbor_certificate.h"

#include "crypto/der.h"
#include "crypto/der_write.h"
#include "factory/cbor_parts.h"

#include <algorithm>

namespace berth::factory {
namespace {

using base::Bytes;
using Span = std::span<const std::uint8_t>;

constexpr std::uint8_t kSignsCertificates = 0x20;

auto fail(std::string_view what) { return Fail(ErrorKind::kInvalid, std::string(what)); }

// COSE has r and s of 32 bytes each, X.509 the DER of both.
Result<Bytes> fixed_signature(Span der) {
  BERTH_TRY(const Span content, crypto::der_only(der, crypto::der::kSequence, "the signature"));
  crypto::DerReader numbers(content);
  Bytes fixed;
  for (int i = 0; i < 2; ++i) {
    BERTH_TRY(Span number, numbers.contents(crypto::der::kInteger, "the signature"));
    if (number.size() > cbor::kCoordinateBytes) number = number.subspan(1);
    if (number.size() > cbor::kCoordinateBytes) return fail("the signature is too long");
    fixed.insert(fixed.end(), cbor::kCoordinateBytes - number.size(), 0);
    fixed.insert(fixed.end(), number.begin(), number.end());
  }
  return fixed;
}

Bytes der_signature(Span fixed) {
  return crypto::der_sequence({crypto::der_integer(fixed.first(cbor::kCoordinateBytes)),
                               crypto::der_integer(fixed.subspan(cbor::kCoordinateBytes))});
}

class Claims {
 public:
  void add(std::int64_t number, const Bytes& value) {
    const Bytes key = cbor_integer(number);
    members_.insert(members_.end(), key.begin(), key.end());
    members_.insert(members_.end(), value.begin(), value.end());
    ++count_;
  }
  Bytes map() const {
    Bytes all = cbor_map_head(count_);
    all.insert(all.end(), members_.begin(), members_.end());
    return all;
  }

 private:
  Bytes members_;
  std::size_t count_ = 0;
};

void add_inputs(Claims& claims, const CdiTerms& terms) {
  const OpenDiceInputs& inputs = terms.inputs;
  claims.add(cbor::kCodeHash, cbor_bytes(inputs.code));
  if (!terms.code_descriptor.empty()) {
    claims.add(cbor::kCodeDescriptor, cbor_bytes(terms.code_descriptor));
  }
  const bool hashed = !terms.config_descriptor.empty();
  if (hashed) claims.add(cbor::kConfigHash, cbor_bytes(inputs.config));
  claims.add(cbor::kConfigDescriptor,
             hashed ? cbor_bytes(terms.config_descriptor) : cbor_bytes(inputs.config));
  claims.add(cbor::kAuthorityHash, cbor_bytes(inputs.authority));
  if (!terms.authority_descriptor.empty()) {
    claims.add(cbor::kAuthorityDescriptor, cbor_bytes(terms.authority_descriptor));
  }
  const auto mode = static_cast<std::uint8_t>(inputs.mode);
  claims.add(cbor::kMode, cbor_bytes(Span(&mode, 1)));
}

}  // namespace

Bytes cbor::signature_text(Span protected_header, Span payload) {
  return cbor_array(
      {cbor_text("Signature1"), cbor_bytes(protected_header), cbor_bytes({}), cbor_bytes(payload)});
}

base::Bytes cbor_key(const OpenDicePublicKey& key) {
  const bool edwards = key.algorithm == OpenDiceAlgorithm::kEd25519;
  const Bytes operations = cbor_array({cbor_integer(cbor::kOperationVerify)});
  const Bytes type = cbor_integer(edwards ? cbor::kTypeOctetPair : cbor::kTypeElliptic);
  const Bytes curve = cbor_integer(edwards ? cbor::kCurveEd25519 : cbor::kCurveP256);
  Claims members;
  members.add(cbor::kKeyType, type);
  members.add(cbor::kKeyAlgorithm, cbor_integer(cbor::number_of(key.algorithm)));
  members.add(cbor::kKeyOperations, operations);
  members.add(cbor::kKeyCurve, curve);
  const Span bytes(key.bytes);
  members.add(cbor::kKeyX, cbor_bytes(bytes.first(cbor::kCoordinateBytes)));
  if (!edwards) members.add(cbor::kKeyY, cbor_bytes(bytes.subspan(cbor::kCoordinateBytes)));
  return members.map();
}

Result<base::Bytes> cbor_cdi_certificate(const OpenDiceKey& issuer, const OpenDiceKey& subject,
                                         const CdiTerms& terms) {
  // The same rules hold for descriptors and profile.
  if (const auto extension = open_dice_extension(terms); !extension) {
    return Fail(extension.error());
  }
  const OpenDiceAlgorithm algorithm = issuer.public_key.algorithm;
  Claims claims;
  claims.add(cbor::kIssuer, cbor_text(base::hex_encode(issuer.id)));
  claims.add(cbor::kSubject, cbor_text(base::hex_encode(subject.id)));
  add_inputs(claims, terms);
  claims.add(cbor::kPublicKey, cbor_bytes(cbor_key(subject.public_key)));
  claims.add(cbor::kKeyUsage, cbor_bytes(Span(&kSignsCertificates, 1)));
  if (!terms.profile.empty()) claims.add(cbor::kProfile, cbor_text(terms.profile));
  const Bytes header =
      cbor_map({cbor_integer(cbor::kHeaderAlgorithm), cbor_integer(cbor::number_of(algorithm))});
  const Bytes payload = claims.map();
  BERTH_TRY(Bytes signature, open_dice_sign(issuer, cbor::signature_text(header, payload)));
  if (algorithm == OpenDiceAlgorithm::kP256) {
    BERTH_TRY(signature, fixed_signature(signature));
  }
  return cbor_array({cbor_bytes(header), cbor_map({}), cbor_bytes(payload), cbor_bytes(signature)});
}

base::Bytes cbor_chain(const OpenDicePublicKey& root, std::span<const base::Bytes> certificates) {
  Bytes all = cbor_array_head(certificates.size() + 1);
  const Bytes key = cbor_key(root);
  all.insert(all.end(), key.begin(), key.end());
  for (const Bytes& each : certificates) all.insert(all.end(), each.begin(), each.end());
  return all;
}

Result<void> verify_cbor_certificate(const CborCertificate& certificate,
                                     const OpenDicePublicKey& issuer) {
  if (certificate.subject != base::hex_encode(open_dice_id(certificate.key))) {
    return fail("its subject is not the id of its key");
  }
  if (certificate.issuer != base::hex_encode(open_dice_id(issuer))) {
    return fail("its issuer is not the id of the key above it");
  }
  if (certificate.signed_with != issuer.algorithm) {
    return fail("it is signed with another algorithm than that of the key above it");
  }
  const bool edwards = issuer.algorithm == OpenDiceAlgorithm::kEd25519;
  const Bytes signature = edwards ? certificate.signature : der_signature(certificate.signature);
  if (!open_dice_verify(issuer, certificate.signed_text, signature)) {
    return fail("its signature is not by the key above it");
  }
  return {};
}

Result<void> verify_cbor_chain(const CborChain& chain) {
  const OpenDicePublicKey* issuer = chain.root ? &*chain.root : nullptr;
  for (std::size_t at = 0; at < chain.certificates.size(); ++at) {
    const CborCertificate& each = chain.certificates[at];
    const std::string place = "certificate " + std::to_string(at + 1) + " of the chain: ";
    const bool named = each.subject == base::hex_encode(open_dice_id(each.key));
    if (!named) return fail(place + "its subject is not the id of its key");
    const auto verified =
        issuer == nullptr ? Result<void>() : verify_cbor_certificate(each, *issuer);
    if (!verified) return fail(place + verified.error().what);
    const bool signs = !each.key_usage.empty() && (each.key_usage[0] & kSignsCertificates) != 0;
    if (at + 1 < chain.certificates.size() && !signs) {
      return fail(place + "its key may not sign certificates");
    }
    issuer = &each.key;
  }
  return {};
}

}  // namespace berth::factory
