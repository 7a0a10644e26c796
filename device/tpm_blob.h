// An activation blob as the TPM wants it: the structures it is made of, each in the form its
// command takes (azure-dps.md §1.9).
//
// Room device, private to it. Thread rule: pure functions over bytes of a server: anything.
#pragma once

#include "base/result.h"

#include <tss2/tss2_tpm2_types.h>

#include <cstddef>
#include <cstdint>
#include <span>

namespace berth::device {

inline constexpr std::size_t kActivationBlobMax = 4'096;

struct ActivationBlob {
  TPM2B_ID_OBJECT credential{};  // about the storage root key, for the endorsement key
  TPM2B_ENCRYPTED_SECRET credential_secret{};  // to the endorsement key
  TPM2B_PRIVATE key{};                         // the HMAC key, duplicated
  TPM2B_ENCRYPTED_SECRET key_secret{};         // to the storage root key
  TPM2B_PUBLIC key_public{};
};

// kInvalid when a structure is cut off, something follows the last, or the key is no HMAC-SHA-256
// key without a policy. An encrypted text at the end is left alone.
Result<ActivationBlob> read_activation_blob(std::span<const std::uint8_t> bytes);

}  // namespace berth::device
