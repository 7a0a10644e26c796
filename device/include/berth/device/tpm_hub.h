// A visit of a device with a TPM at its hub: connects over MQTT with a token that the TPM signs,
// sends telemetry, leaves.
//
// Room device. Thread rule: blocks the caller and runs on its thread; everything passed outlives
// the call. The process must ignore SIGPIPE.
#pragma once

#include "base/clock.h"
#include "berth/device/hub_connection.h"
#include "berth/device/tpm_identity.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace berth::device {

struct TpmVisit {
  std::string hub;  // host name
  std::string device_id;
  std::optional<std::uint16_t> port;          // else 8883
  std::uint64_t messages = 0;                 // to send, each after the one before was acknowledged
  std::chrono::milliseconds interval{1'000};  // between two of them
  std::chrono::milliseconds timeout{30'000};  // to connect, and for every answer
  std::chrono::seconds token_lifetime{3'600};
  // What happens, line by line; may be empty.
  std::function<void(std::string_view)> say = {};
};

// kFailed: the TPM did not sign; else as HubConnection.
Result<void, HubError> visit_hub(TokenSigner& signer, const TpmVisit& visit, const TlsContext& tls,
                                 const Clock& clock);

}  // namespace berth::device
