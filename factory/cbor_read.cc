// The readers of CBOR certificates: strict in their outline, open to claims that are unknown.
#include "factory/cbor_certificate.h"
#include "factory/cbor_parts.h"

#include <algorithm>
#include <set>

namespace berth::factory {
namespace {

using base::Bytes;
using Span = std::span<const std::uint8_t>;

constexpr std::uint64_t kClaimsMax = 32;
constexpr std::uint64_t kKeyMembersMax = 8;
constexpr std::uint64_t kKeyOperationsMax = 8;
constexpr std::uint64_t kSignParts = 4;
constexpr std::size_t kKeyUsageBytesMax = 4;

auto fail(std::string_view what) { return Fail(ErrorKind::kInvalid, std::string(what)); }

Bytes copied(Span bytes) { return {bytes.begin(), bytes.end()}; }

// Keys that were met in a map: none may come twice.
class Keys {
 public:
  Result<std::int64_t> next(CborReader& reader, std::string_view what) {
    BERTH_TRY(const std::int64_t key, reader.integer(what));
    if (!met_.insert(key).second) {
      return fail(std::string(what) + " " + std::to_string(key) + " comes twice");
    }
    return key;
  }

 private:
  std::set<std::int64_t> met_;
};

Result<Bytes> read_octets(CborReader& claims, std::string_view what) {
  BERTH_TRY(const Span bytes, claims.bytes(what));
  if (bytes.empty() || bytes.size() > crypto::kDiceDescriptorBytesMax) {
    return fail(std::string(what) + " has not 1 to " +
                std::to_string(crypto::kDiceDescriptorBytesMax) + " bytes");
  }
  return copied(bytes);
}

Result<std::vector<crypto::DiceDigest>> read_hash(CborReader& claims, std::string_view what) {
  BERTH_TRY(Bytes bytes, read_octets(claims, what));
  const char* name = nullptr;
  if (bytes.size() == 32) name = "sha256";
  if (bytes.size() == 48) name = "sha384";
  if (bytes.size() == 64) name = "sha512";
  if (name == nullptr) return fail(std::string(what) + " is not of 32, 48 or 64 bytes");
  return std::vector<crypto::DiceDigest>{{name, std::move(bytes)}};
}

Result<std::string> read_words(CborReader& claims, std::string_view what) {
  BERTH_TRY(const std::string_view text, claims.text(what));
  if (text.empty() || text.size() > crypto::kDiceTextBytesMax) {
    return fail(std::string(what) + " has not 1 to " + std::to_string(crypto::kDiceTextBytesMax) +
                " bytes");
  }
  return std::string(text);
}

Result<crypto::DiceMode> read_mode(CborReader& claims) {
  BERTH_TRY(const Span mode, claims.bytes("the mode"));
  constexpr crypto::DiceMode kModes[] = {crypto::DiceMode::kNotConfigured,
                                         crypto::DiceMode::kNormal, crypto::DiceMode::kDebug,
                                         crypto::DiceMode::kRecovery};
  if (mode.size() != 1 || mode[0] >= std::size(kModes)) return fail("the mode is none of 0 to 3");
  return kModes[mode[0]];
}

Result<Bytes> read_key_usage(CborReader& claims) {
  BERTH_TRY(const Span usage, claims.bytes("the key usage"));
  if (usage.empty() || usage.size() > kKeyUsageBytesMax) {
    return fail("the key usage has not 1 to " + std::to_string(kKeyUsageBytesMax) + " bytes");
  }
  return copied(usage);
}

Result<OpenDicePublicKey> read_key_bytes(CborReader& claims) {
  BERTH_TRY(const Span bytes, claims.bytes("the subject's public key"));
  CborReader reader(bytes);
  BERTH_TRY(OpenDicePublicKey key, cbor::read_key(reader));
  if (auto end = reader.finish("the subject's public key"); !end) {
    return Fail(std::move(end).error());
  }
  return key;
}

Result<void> skip(CborReader& claims) {
  BERTH_TRY(const CborItem item, claims.next("an unknown claim"));
  if (item.kind == CborKind::kArray || item.kind == CborKind::kMap) {
    return fail("an unknown claim is not a number, bytes or text");
  }
  return {};
}

template <class T>
Result<void> put(T& into, Result<T> read) {
  if (!read) return Fail(std::move(read).error());
  into = *std::move(read);
  return {};
}

Result<void> read_claim(std::int64_t key, CborReader& claims, CborCertificate& out) {
  crypto::DiceLayer& layer = out.layer;
  switch (key) {
    case cbor::kIssuer:
      return put(out.issuer, read_words(claims, "the issuer"));
    case cbor::kSubject:
      return put(out.subject, read_words(claims, "the subject"));
    case cbor::kCodeHash:
      return put(layer.digests, read_hash(claims, "the code hash"));
    case cbor::kCodeDescriptor:
      return put(layer.code_descriptor, read_octets(claims, "the code descriptor"));
    case cbor::kConfigHash:
      return put(layer.config, read_hash(claims, "the configuration hash"));
    case cbor::kConfigDescriptor:
      return put(layer.config_descriptor, read_octets(claims, "the configuration descriptor"));
    case cbor::kAuthorityHash:
      return put(layer.authority, read_hash(claims, "the authority hash"));
    case cbor::kAuthorityDescriptor:
      return put(layer.authority_descriptor, read_octets(claims, "the authority descriptor"));
    case cbor::kPublicKey:
      return put(out.key, read_key_bytes(claims));
    case cbor::kKeyUsage:
      return put(out.key_usage, read_key_usage(claims));
    case cbor::kProfile:
      return put(layer.profile, read_words(claims, "the profile's name"));
    default:
      break;
  }
  if (key != cbor::kMode) return skip(claims);
  BERTH_TRY(out.layer.mode, read_mode(claims));
  return {};
}

Result<void> read_claims(Span payload, CborCertificate& out) {
  CborReader claims(payload);
  BERTH_TRY(const std::uint64_t count, claims.count(CborKind::kMap, kClaimsMax, "the claims"));
  Keys keys;
  for (std::uint64_t i = 0; i < count; ++i) {
    BERTH_TRY(const std::int64_t key, keys.next(claims, "the claim"));
    if (auto read = read_claim(key, claims, out); !read) return read;
  }
  if (out.issuer.empty() || out.subject.empty() || out.key.bytes.empty()) {
    return fail("the claims lack an issuer, a subject or a public key");
  }
  return claims.finish("the last claim");
}

// Exactly {1: algorithm}.
Result<OpenDiceAlgorithm> read_header(Span header) {
  CborReader reader(header);
  BERTH_TRY(const std::uint64_t count, reader.count(CborKind::kMap, 1, "the protected header"));
  if (count == 0) return fail("the protected header names no algorithm");
  BERTH_TRY(const std::int64_t key, reader.integer("the protected header"));
  BERTH_TRY(const std::int64_t number, reader.integer("the signature's algorithm"));
  if (auto end = reader.finish("the protected header"); !end) return Fail(std::move(end).error());
  if (key != cbor::kHeaderAlgorithm) return fail("the protected header names no algorithm");
  if (number == cbor::kEdDsa) return OpenDiceAlgorithm::kEd25519;
  if (number == cbor::kEs256) return OpenDiceAlgorithm::kP256;
  return fail("the signature's algorithm is neither EdDSA nor ES256");
}

// The next COSE_Sign1 of the reader.
Result<CborCertificate> read_next(CborReader& reader) {
  const Span begin = reader.rest();
  BERTH_TRY(const std::uint64_t parts,
            reader.count(CborKind::kArray, kSignParts, "the certificate"));
  if (parts != kSignParts) return fail("the certificate has not four parts");
  CborCertificate out;
  out.layer.form = crypto::DiceForm::kOpenDice;
  BERTH_TRY(const Span header, reader.bytes("the protected header"));
  BERTH_TRY(out.signed_with, read_header(header));
  BERTH_TRY(const std::uint64_t open, reader.count(CborKind::kMap, 0, "the unprotected header"));
  static_cast<void>(open);
  BERTH_TRY(const Span payload, reader.bytes("the payload"));
  if (auto read = read_claims(payload, out); !read) return Fail(std::move(read).error());
  BERTH_TRY(const Span signature, reader.bytes("the signature"));
  if (signature.size() != cbor::kSignatureBytes) return fail("the signature has not 64 bytes");
  out.signature = copied(signature);
  out.signed_text = cbor::signature_text(header, payload);
  out.bytes = copied(begin.first(begin.size() - reader.rest().size()));
  return out;
}

Result<void> read_operations(CborReader& reader) {
  BERTH_TRY(const std::uint64_t count,
            reader.count(CborKind::kArray, kKeyOperationsMax, "the key's operations"));
  bool verifies = false;
  for (std::uint64_t i = 0; i < count; ++i) {
    BERTH_TRY(const std::int64_t operation, reader.integer("a key's operation"));
    verifies = verifies || operation == cbor::kOperationVerify;
  }
  if (!verifies) return fail("the key is not for verifying");
  return {};
}

struct KeyMembers {
  std::int64_t type = 0;
  std::int64_t algorithm = 0;
  std::int64_t curve = 0;
  Bytes x;
  Bytes y;
};

Result<Bytes> read_coordinate(CborReader& reader) {
  BERTH_TRY(const Span bytes, reader.bytes("a coordinate"));
  if (bytes.size() != cbor::kCoordinateBytes) return fail("a coordinate has not 32 bytes");
  return copied(bytes);
}

Result<void> read_key_member(std::int64_t key, CborReader& reader, KeyMembers& out) {
  switch (key) {
    case cbor::kKeyType:
      return put(out.type, reader.integer("the key's type"));
    case cbor::kKeyAlgorithm:
      return put(out.algorithm, reader.integer("the key's algorithm"));
    case cbor::kKeyOperations:
      return read_operations(reader);
    case cbor::kKeyCurve:
      return put(out.curve, reader.integer("the key's curve"));
    case cbor::kKeyX:
      return put(out.x, read_coordinate(reader));
    case cbor::kKeyY:
      return put(out.y, read_coordinate(reader));
    default:
      return fail("the key has an unknown member " + std::to_string(key));
  }
}

// The chain may be one certificate: its first part is bytes, where a chain has a map or an array.
Result<bool> is_one_certificate(Span bytes) {
  CborReader ahead(bytes);
  BERTH_TRY(const CborItem outer, ahead.next(CborKind::kArray, "the chain"));
  BERTH_TRY(const CborItem inner, ahead.next("the chain's first part"));
  static_cast<void>(outer);
  return inner.kind == CborKind::kBytes;
}

}  // namespace

Result<OpenDicePublicKey> cbor::read_key(CborReader& reader) {
  BERTH_TRY(const std::uint64_t count, reader.count(CborKind::kMap, kKeyMembersMax, "the key"));
  KeyMembers members;
  Keys keys;
  for (std::uint64_t i = 0; i < count; ++i) {
    BERTH_TRY(const std::int64_t key, keys.next(reader, "the key's member"));
    if (auto read = read_key_member(key, reader, members); !read) {
      return Fail(std::move(read).error());
    }
  }
  OpenDicePublicKey key;
  const bool edwards = members.type == kTypeOctetPair && members.curve == kCurveEd25519 &&
                       members.algorithm == kEdDsa && members.y.empty();
  const bool elliptic = members.type == kTypeElliptic && members.curve == kCurveP256 &&
                        members.algorithm == kEs256 && !members.y.empty();
  if (members.x.empty() || (!edwards && !elliptic)) {
    return fail("the key is neither Ed25519 nor P-256");
  }
  key.algorithm = edwards ? OpenDiceAlgorithm::kEd25519 : OpenDiceAlgorithm::kP256;
  key.bytes = std::move(members.x);
  key.bytes.insert(key.bytes.end(), members.y.begin(), members.y.end());
  return key;
}

Result<CborCertificate> read_cbor_certificate(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > kCborCertificateBytesMax) {
    return fail("the certificate has more than " + std::to_string(kCborCertificateBytesMax) +
                " bytes");
  }
  CborReader reader(bytes);
  BERTH_TRY(CborCertificate certificate, read_next(reader));
  if (auto end = reader.finish("the certificate"); !end) return Fail(std::move(end).error());
  return certificate;
}

Result<CborChain> read_cbor_chain(std::span<const std::uint8_t> bytes) {
  if (bytes.size() > kCborChainMax * kCborCertificateBytesMax) return fail("the chain is too long");
  CborChain chain;
  BERTH_TRY(const bool one, is_one_certificate(bytes));
  CborReader reader(bytes);
  std::uint64_t count = 1;
  if (!one) {
    BERTH_TRY(count, reader.count(CborKind::kArray, kCborChainMax + 1, "the chain"));
  }
  for (std::uint64_t at = 0; at < count; ++at) {
    CborReader ahead = reader;
    BERTH_TRY(const CborItem item, ahead.next("a part of the chain"));
    if (at == 0 && item.kind == CborKind::kMap) {
      BERTH_TRY(chain.root, cbor::read_key(reader));
      continue;
    }
    if (chain.certificates.size() == kCborChainMax) {
      return fail("the chain has more than " + std::to_string(kCborChainMax) + " certificates");
    }
    auto read = read_next(reader);
    if (!read) {
      return fail("certificate " + std::to_string(chain.certificates.size() + 1) +
                  " of the chain: " + read.error().what);
    }
    chain.certificates.push_back(*std::move(read));
  }
  if (auto end = reader.finish("the chain"); !end) return Fail(std::move(end).error());
  return chain;
}

bool looks_like_cbor_chain(std::span<const std::uint8_t> bytes) {
  const auto one = is_one_certificate(bytes);
  return one.has_value();
}

}  // namespace berth::factory
