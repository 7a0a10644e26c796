// Handing a key to one TPM and to no other, without a TPM at hand: MakeCredential and Duplicate in
// software (dice-x509.md §7.3, azure-dps.md §1.9). What is made, an activation blob, opens only in
// the TPM that holds both keys, and leaves an HMAC-SHA-256 key in it that never comes out again.
//
// Room crypto. Thread rule: any thread; about 0.2 ms. OpenSSL pads with its own randomness, so the
// same seed of `rng` does not give the same blob.
#pragma once

#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"
#include "crypto/tpm_public.h"

#include <cstddef>
#include <string_view>

namespace berth::crypto {

inline constexpr std::size_t kActivationKeyBytes = 32;  // of the keys Berth makes
inline constexpr std::size_t kActivationBytes = 766;    // with such a key and no text
inline constexpr std::size_t kActivationTextMax = 1024;

// `ek` and `srk` as read_… gave them. `key` has 1..64 bytes, `text` at most kActivationTextMax; it
// follows encrypted, for the device alone. kInvalid when a size is beyond that or a modulus is none
// that OpenSSL encrypts with.
Result<base::Bytes> make_activation(const TpmPublic& ek, const TpmPublic& srk, const Secret& key,
                                    Rng& rng, std::string_view text);

}  // namespace berth::crypto
