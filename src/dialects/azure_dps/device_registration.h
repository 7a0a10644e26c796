// The body of register and of the status lookup: DeviceRegistration (azure-dps.md §1.4).
//
// Room dialects/azure_dps. Thread rule: pure function.
#pragma once

#include "base/result.h"
#include "dialects/azure_dps/reason_table.h"
#include "domain/claim.h"

#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::azure_dps {

// azure-dps.md §8: 96 KB messages.
inline constexpr std::size_t kBodyBytesMax = 96 * 1024;

// An RSA-2048 key takes 316 bytes; a certificate request with a P-384 key and a long name about
// 600.
inline constexpr std::size_t kTpmKeyBytesMax = 1024;
inline constexpr std::size_t kCertificateRequestBytesMax = 8 * 1024;

struct DeviceRegistration {
  std::string payload;  // JSON text of `payload`, else of the older `data`; empty if neither
  std::string model;    // the device model that one of them names; empty if none does
  std::optional<domain::TpmIdentity> tpm;
  base::Bytes certificate_request;  // DER of `csr`, else of `clientCertificateCsr` (§1.10)
};

// Reads a body for the device `registration_id`. Blank bodies are fine (.NET sends them), unknown
// members and nulls are ignored. Faults: too large, not a JSON object, a registrationId of another
// device, keys of a TPM or a certificate request that are not base64 or over their bounds.
Result<DeviceRegistration, Fault> read_device_registration(std::string_view body,
                                                           std::string_view registration_id);

}  // namespace berth::dialects::azure_dps
