// The certificates of a board in the RIoT profile (dice-x509.md §2.4, §2.5): DeviceID signs itself
// and the Alias key, which names the board and holds the digest of its firmware.
//
// The boards' own firmware signs with one and the same nonce everywhere, so that each of its
// certificates gives the DeviceID key away, and writes the name of the Alias certificate in a way
// no X.509 library reads. What is made here has the same keys and names, a sound nonce (RFC 6979),
// and, unless asked otherwise, the name in the way X.509 has it. A server that knows a board by its
// key takes either.
//
// Room factory. Thread rule: pure functions.
#pragma once

#include "base/codec.h"
#include "factory/riot_identity.h"

#include <span>
#include <string>
#include <string_view>

namespace berth::factory {

enum class RiotLayout {
  kStandard,  // the composite id in [0] EXPLICIT, as RFC 5280 §4.2.1.6 wants it
  kFirmware,  // without that wrapper: what boards present
};

inline constexpr std::size_t kRegistrationIdMax = 128;

// What is signed, without the signature.
base::Bytes device_id_tbs(const P256Point& device_id);
struct AliasName {
  std::string_view registration_id;
  RiotLayout layout = RiotLayout::kStandard;
};
base::Bytes alias_tbs(const RiotIdentity& identity, const AliasName& name);
// The whole certificate. `signature` is an ECDSA-Sig-Value in DER.
base::Bytes joined_certificate(const base::Bytes& tbs, const base::Bytes& signature);

// DER, signed with RFC 6979 nonces. kInvalid: the id is empty or longer than kRegistrationIdMax.
Result<base::Bytes> device_id_certificate(const RiotKey& device_id);
Result<base::Bytes> alias_certificate(const RiotIdentity& identity, const AliasName& name);

// In hex: of the SubjectPublicKeyInfo, by which a server knows a board whoever signed for it; and
// of the whole certificate.
std::string public_key_sha256(const P256Point& point);
std::string certificate_sha256(std::span<const std::uint8_t> der);

// With 64 columns and a line break at the end.
std::string certificate_pem(std::span<const std::uint8_t> der);

// What a certificate that another tool made for a board has in common with its identity.
struct ComparedCertificate {
  bool same_key = false;
  bool constant_nonce = false;
};
// kInvalid when the PEM text holds no certificate.
Result<ComparedCertificate> compare_certificate(std::string_view pem, const RiotKey& alias);

}  // namespace berth::factory
