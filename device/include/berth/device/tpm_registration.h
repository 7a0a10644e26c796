// A device with a TPM that registers over HTTPS: shows its keys, opens the challenge in the TPM,
// signs with it, and leaves the key for its hub in the TPM (dice-x509.md §7.2, azure-dps.md §1.9).
//
//   Result<Registered, RegistrationError> done = register_tpm(tpm, plan, tls, clock);
//   ConnectionString to = *tpm_connection(tpm, *done, expires);
//
// Room device. Thread rule: blocks the caller and runs on its thread; everything passed outlives
// the call. The process must ignore SIGPIPE.
#pragma once

#include "base/clock.h"
#include "berth/device/connection_string.h"
#include "berth/device/registration.h"
#include "berth/device/tpm_identity.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace berth::device {

struct TpmRegistrationPlan {
  std::string host;  // also the server's name in TLS
  std::uint16_t port = 443;
  std::string id_scope;
  std::string registration_id;
  std::string payload;                        // JSON text, may be empty
  std::chrono::milliseconds timeout{30'000};  // for each answer
  std::chrono::milliseconds poll_delay{2'000};
  std::chrono::seconds token_lifetime{2'400};  // as the vendor's C SDK
  unsigned polls_max = 100;
  // What happens, line by line; may be empty.
  std::function<void(std::string_view)> say = {};
};

// kRefused: `status` says how; kFailed: registered with a failure, or the TPM does not do its part;
// kProtocol: an answer that lacks what it must have. Afterwards the TPM holds the hub's key.
Result<Registered, RegistrationError> register_tpm(TpmIdentity& tpm,
                                                   const TpmRegistrationPlan& plan,
                                                   const TlsContext& tls, const Clock& clock);

// "SharedAccessSignature sr=…&sig=…&se=…[&skn=…]" over an encoded resource, signed by `signer`.
Result<Secret> signed_token(TokenSigner& signer, std::string_view resource, TimePoint expires,
                            std::string_view key_name);

// What connects the device to its hub: a token that the TPM signs now and that is good until
// `expires`.
Result<ConnectionString> tpm_connection(TokenSigner& signer, std::string_view hub,
                                        std::string_view device_id, TimePoint expires);

}  // namespace berth::device
