// The CBOR certificates of Open-DICE (dice-x509.md §5.2): an untagged COSE_Sign1 (RFC 9052) over a
// CWT whose claims are what the X.509 form says in its extension. Written, read and verified.
//
// Room factory. Thread rule: pure functions; plain values that own what they hold.
#pragma once

#include "base/codec.h"
#include "base/result.h"
#include "crypto/dice_evidence.h"
#include "factory/open_dice.h"
#include "factory/open_dice_certificate.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace berth::factory {

inline constexpr std::size_t kCborCertificateBytesMax = 16 * 1024;
inline constexpr std::size_t kCborChainMax = 20;

struct CborCertificate {
  base::Bytes bytes;    // all of it, as it was read
  std::string issuer;   // hex of the id of the key that signs
  std::string subject;  // hex of the id of `key`
  crypto::DiceLayer layer;
  OpenDicePublicKey key;
  base::Bytes key_usage;  // bits, low first; 20: it signs certificates
  OpenDiceAlgorithm signed_with = OpenDiceAlgorithm::kEd25519;
  base::Bytes signed_text;  // COSE's Signature1 structure
  base::Bytes signature;    // 64 bytes
};

// A root key, if there is one, and certificates in the order of the layers, the first one first.
struct CborChain {
  std::optional<OpenDicePublicKey> root;
  std::vector<CborCertificate> certificates;
};

// As cdi_certificate(). Errors as there.
Result<base::Bytes> cbor_cdi_certificate(const OpenDiceKey& issuer, const OpenDiceKey& subject,
                                         const CdiTerms& terms);
// An array of the root key and the certificates.
base::Bytes cbor_chain(const OpenDicePublicKey& root, std::span<const base::Bytes> certificates);
// COSE_Key.
base::Bytes cbor_key(const OpenDicePublicKey& key);

// kInvalid for what is not exactly one such certificate. Claims may come in any order; unknown ones
// are passed over when they are numbers, bytes or text.
Result<CborCertificate> read_cbor_certificate(std::span<const std::uint8_t> bytes);
// One certificate alone, or an array of certificates with or without a root key before them.
Result<CborChain> read_cbor_chain(std::span<const std::uint8_t> bytes);
// Whether the bytes begin like either.
bool looks_like_cbor_chain(std::span<const std::uint8_t> bytes);

// That `issuer` signed it, that it is named after `issuer` and its own key after itself. kInvalid
// says which of them is not so.
Result<void> verify_cbor_certificate(const CborCertificate& certificate,
                                     const OpenDicePublicKey& issuer);
// Every certificate by the key of the one before it, and the first by the root. Without a root the
// first is only asked for a name that fits its key. The error says at which certificate.
Result<void> verify_cbor_chain(const CborChain& chain);

}  // namespace berth::factory
