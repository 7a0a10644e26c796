// Public keys that devices bring by themselves, without a certificate around them.
//
// Room crypto. Thread rule: pure functions.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <span>
#include <string>

namespace berth::crypto {

inline constexpr std::size_t kPublicKeyBytesMax = 2 * 1024;

// The kind of a SubjectPublicKeyInfo (DER) that devices are let in with: "P-256", "P-384",
// "Ed25519", or RSA of 2048 to 8192 bits ("RSA-2048"). kInvalid for all else, for curves by
// explicit parameters and for trailing bytes.
Result<std::string> read_public_key(std::span<const std::uint8_t> der);

// The DER in a text: PEM ("PUBLIC KEY"), or base64 on one line.
Result<base::Bytes> public_key_der(std::string_view text);

}  // namespace berth::crypto
