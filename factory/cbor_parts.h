// What the writer and the readers of CBOR certificates share: the numbers of claims and parameters,
// and both forms of an ECDSA signature.
//
// Room factory, internal. Thread rule: pure functions.
#pragma once

#include "base/codec.h"
#include "base/result.h"
#include "factory/cbor_codec.h"
#include "factory/open_dice.h"

#include <cstdint>
#include <span>

namespace berth::factory::cbor {

// CWT claims (RFC 8392) and those of Open-DICE.
inline constexpr std::int64_t kIssuer = 1;
inline constexpr std::int64_t kSubject = 2;
inline constexpr std::int64_t kCodeHash = -4670545;
inline constexpr std::int64_t kCodeDescriptor = -4670546;
inline constexpr std::int64_t kConfigHash = -4670547;
inline constexpr std::int64_t kConfigDescriptor = -4670548;
inline constexpr std::int64_t kAuthorityHash = -4670549;
inline constexpr std::int64_t kAuthorityDescriptor = -4670550;
inline constexpr std::int64_t kMode = -4670551;
inline constexpr std::int64_t kPublicKey = -4670552;
inline constexpr std::int64_t kKeyUsage = -4670553;
inline constexpr std::int64_t kProfile = -4670554;

// COSE (RFC 9053).
inline constexpr std::int64_t kHeaderAlgorithm = 1;
inline constexpr std::int64_t kKeyType = 1;
inline constexpr std::int64_t kKeyAlgorithm = 3;
inline constexpr std::int64_t kKeyOperations = 4;
inline constexpr std::int64_t kKeyCurve = -1;
inline constexpr std::int64_t kKeyX = -2;
inline constexpr std::int64_t kKeyY = -3;
inline constexpr std::int64_t kTypeOctetPair = 1;
inline constexpr std::int64_t kTypeElliptic = 2;
inline constexpr std::int64_t kCurveP256 = 1;
inline constexpr std::int64_t kCurveEd25519 = 6;
inline constexpr std::int64_t kOperationVerify = 2;
inline constexpr std::int64_t kEdDsa = -8;
inline constexpr std::int64_t kEs256 = -7;
inline constexpr std::size_t kCoordinateBytes = 32;
inline constexpr std::size_t kSignatureBytes = 64;

constexpr std::int64_t number_of(OpenDiceAlgorithm algorithm) {
  return algorithm == OpenDiceAlgorithm::kEd25519 ? kEdDsa : kEs256;
}

// The Signature1 structure with no external data (RFC 9052 §4.4).
base::Bytes signature_text(std::span<const std::uint8_t> protected_header,
                           std::span<const std::uint8_t> payload);

Result<OpenDicePublicKey> read_key(CborReader& reader);

}  // namespace berth::factory::cbor
