// The two keys a TPM device is known by, at the handles where the vendor's C SDK keeps them
// (dice-x509.md §7.1); made when they are not there yet.
//
// Room device, private to it. Thread rule: as TpmContext.
#pragma once

#include "base/codec.h"
#include "device/tpm_context.h"

namespace berth::device {

inline constexpr TPM2_HANDLE kEndorsementHandle = 0x81010001;
inline constexpr TPM2_HANDLE kStorageRootHandle = 0x81000001;
inline constexpr TPM2_HANDLE kDeviceKeyHandle = 0x81000100;

struct TpmKey {
  ESYS_TR handle = ESYS_TR_NONE;  // persistent: nothing to flush
  base::Bytes public_bytes;       // TPM2B_PUBLIC, marshalled
};

// Seconds when the key must be made. kInvalid when another kind of key is kept at the handle.
Result<TpmKey> endorsement_key(TpmContext& context);
Result<TpmKey> storage_root_key(TpmContext& context);

}  // namespace berth::device
