// Open-DICE 2.6 (dice-x509.md §5.1): the two secrets of a layer from those of the layer before it
// and what is measured, and the key pair that follows from a secret.
//
//   UDS ─► CDI_Attest ─► key pair that signs for the layer and names it
//      └─► CDI_Seal   ─► what the layer encrypts with; not affected by new code
//
// Room factory. Thread rule: pure functions. Secrets are wiped by whoever owns the values returned.
#pragma once

#include "base/codec.h"
#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace berth::factory {

inline constexpr std::size_t kCdiBytes = 32;
inline constexpr std::size_t kOpenDiceIdBytes = 20;
inline constexpr std::size_t kOpenDiceHashBytes = 64;

enum class OpenDiceMode : std::uint8_t { kNotConfigured, kNormal, kDebug, kRecovery };
enum class OpenDiceAlgorithm { kEd25519, kP256 };

using OpenDiceHash = std::array<std::uint8_t, kOpenDiceHashBytes>;
OpenDiceHash open_dice_hash(std::span<const std::uint8_t> text);  // SHA-512

// What of the next layer counts. Zeros stand for what is not used.
struct OpenDiceInputs {
  OpenDiceHash code{};
  OpenDiceHash config{};  // the configuration itself, or the hash of its descriptor
  OpenDiceHash authority{};
  OpenDiceMode mode = OpenDiceMode::kNotConfigured;
  Secret hidden = {};  // kOpenDiceHashBytes or none; in no certificate
};

struct Cdis {
  Secret attest;
  Secret seal;
};

// Those of the first layer stand on the UDS alone: it is both.
Cdis cdis_of_uds(const Secret& uds);
// kInvalid: a secret that has not kCdiBytes, or hidden bytes of another size.
Result<Cdis> next_cdis(const Cdis& before, const OpenDiceInputs& inputs);

struct OpenDicePublicKey {
  OpenDiceAlgorithm algorithm = OpenDiceAlgorithm::kEd25519;
  base::Bytes bytes;  // 32 of Ed25519; x and y, 64, of P-256

  bool operator==(const OpenDicePublicKey&) const = default;
};
using OpenDiceId = std::array<std::uint8_t, kOpenDiceIdBytes>;
OpenDiceId open_dice_id(const OpenDicePublicKey& key);

struct OpenDiceKey {
  Secret secret;  // seed of Ed25519, big-endian scalar of P-256
  OpenDicePublicKey public_key;
  OpenDiceId id{};
};

// Of a UDS or a CDI_Attest. kInvalid when it has not kCdiBytes.
Result<OpenDiceKey> open_dice_key(const Secret& from, OpenDiceAlgorithm algorithm);
// Of a secret that is the private key itself: kInvalid when it is none.
Result<OpenDiceKey> open_dice_key_of(Secret secret, OpenDiceAlgorithm algorithm);
// A new one, for what is certified below a layer.
Result<OpenDiceKey> new_open_dice_key(OpenDiceAlgorithm algorithm, Rng& rng);

// Ed25519 (64 bytes), or ECDSA with SHA-256 and an RFC 6979 nonce (DER).
Result<base::Bytes> open_dice_sign(const OpenDiceKey& key, std::span<const std::uint8_t> text);
bool open_dice_verify(const OpenDicePublicKey& key, std::span<const std::uint8_t> text,
                      std::span<const std::uint8_t> signature);
// PKCS#8.
Result<Secret> open_dice_key_pem(const OpenDiceKey& key);

// "ed25519", "p256"; "not_configured", "normal" …
std::string_view to_string(OpenDiceAlgorithm algorithm);
std::string_view to_string(OpenDiceMode mode);

}  // namespace berth::factory
