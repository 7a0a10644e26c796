// A leaf certificate that carries a RIoT composite device id in its subject alternative name
// (dice-x509.md §2.4-2.6). The code that made such leaves left a wrapper out, so that OpenSSL
// refuses the name and with it the certificate: it is read and verified here. A well-formed name is
// read as well.
//
// The signer, DeviceID, is no authority: firmware of that kind signs with a constant nonce, which
// gives its key away (§2.6). So the leaf proves something only when its own key is enrolled.
// Room crypto. Thread rule: pure functions; plain values.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/result.h"
#include "crypto/hash.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace berth::crypto {

inline constexpr std::string_view kRiotIdentifier = "1.3.6.1.4.1.311.89.3.1";

// What the extension says, in either of its places.
struct RiotIdentity {
  base::Bytes device_id_point;  // 65 bytes, uncompressed, on P-256 if it is a key at all
  base::Bytes fwid;             // 32 bytes, SHA-256
};

struct RiotLeaf {
  Sha256 sha256{};                    // of the DER
  Sha256 public_key_sha256{};         // of the SubjectPublicKeyInfo
  base::Bytes public_key_info = {};   // DER
  base::Bytes public_key_point = {};  // 65 bytes
  std::string common_name = {};
  base::Bytes issuer = {};  // DER, as the next
  base::Bytes subject = {};
  TimePoint not_before = {};
  TimePoint not_after = {};
  bool client_authentication = false;  // its extended key usage says so
  bool authority = false;              // its basic constraints say so
  bool well_formed_name = false;       // OpenSSL can read it too
  RiotIdentity identity = {};
  base::Bytes tbs = {};  // what is signed
  base::Bytes r = {};    // 32 bytes each, big-endian
  base::Bytes s = {};
};

// Whether the certificate's subject alternative name has a RIoT identity in it, broken or not.
// False for what is not a certificate at all.
bool looks_like_riot_leaf(std::span<const std::uint8_t> der);

// kInvalid for what is not exactly such a leaf on P-256, or has a critical extension beside
// the key usages, basic constraints and that name.
Result<RiotLeaf> read_riot_leaf(std::span<const std::uint8_t> der);

// That the certificate is signed by the DeviceID key it carries and that both keys are points of
// the curve. Dates, usage and names are the caller's to judge.
Result<void> verify_riot_leaf(const RiotLeaf& leaf);

// The contents of the extension under TCG's identifier, or of the otherName's value (§2.5, §3).
Result<RiotIdentity> read_riot_identity(std::span<const std::uint8_t> sequence);

struct RiotName {
  RiotIdentity identity = {};
  bool well_formed = false;
};
// The contents of a subject alternative name extension. Nothing without such a name among the
// others; kInvalid when there is one and it is broken or there are two.
Result<std::optional<RiotName>> read_riot_name(std::span<const std::uint8_t> names);

// Whether a signature was made with the nonce that everybody knows: `r`, big-endian (§2.6).
bool has_constant_nonce(std::span<const std::uint8_t> r);
// The same of a certificate; false for one that is not signed by ECDSA or cannot be read.
bool is_signed_with_constant_nonce(std::span<const std::uint8_t> der);

}  // namespace berth::crypto
