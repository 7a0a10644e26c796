// The public halves of a TPM's endorsement key and storage root key as devices send them:
// marshalled TPM2B_PUBLIC, read without a TPM (dice-x509.md §7.1, azure-dps.md §1.9).
//
// Only the one template of each that vendors' clients make is accepted, bit for bit: the attributes
// (restricted, decrypt, fixedTPM) are what makes a key that was enrolled stay inside its TPM.
//
// Room crypto. Thread rule: pure functions, plain values.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace berth::crypto {

inline constexpr std::size_t kEndorsementKeyBytes = 316;
inline constexpr std::size_t kStorageRootKeyBytes = 284;

struct TpmPublic {
  base::Bytes bytes;    // the whole TPM2B_PUBLIC, its size first
  base::Bytes name;     // 000b ‖ SHA-256 of what follows the size
  base::Bytes modulus;  // 256 bytes, big-endian; the exponent is 65537
};

// kInvalid, saying which field is not as the template has it; nothing may follow the structure.
Result<TpmPublic> read_endorsement_key(std::span<const std::uint8_t> bytes);
Result<TpmPublic> read_storage_root_key(std::span<const std::uint8_t> bytes);

// The id a device gives itself when it is told none: base32 (RFC 4648, lower case, no padding) of
// the SHA-256 of its endorsement key as sent; 52 characters.
std::string default_registration_id(std::span<const std::uint8_t> endorsement_key);

// How people tell keys apart: the first 16 hex digits of the SHA-256 of a key as sent. Public.
std::string tpm_key_fingerprint(std::span<const std::uint8_t> key);

}  // namespace berth::crypto
