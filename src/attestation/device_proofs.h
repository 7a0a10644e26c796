// The proofs of devices that are members of a group: a MAC over the user name, a connection that
// was keyed with the device's secret, or a password. What a device that names its hub proves itself
// with is in device_key.h, client certificates are in device_certificates.h.
//
// In each the proof itself is checked before its time is, so that an old one is told apart from a
// wrong one.
//
// Room attestation. Thread rule: any thread; stateless.
#pragma once

#include "hub/ports/authenticator.h"
#include "provisioning/ports/vault.h"

#include <chrono>
#include <string>

namespace berth::attestation {

struct DeviceProofTools {
  provisioning::Vault& vault;
  TimePoint now;
  std::chrono::seconds clock_skew{0};
};

using DeviceProof = Result<hub::Authenticated, hub::ProofRefusal>;

// The refusal of a device that came with something else than it can be known by; `received` says
// with what.
hub::ProofRefusal other_proof(const domain::Device& device, std::string received);

// With either key of the device. The connection may outlast the proof's expiry.
DeviceProof check_signed_text(const DeviceProofTools& tools, const domain::SignedText& proof,
                              const domain::Device& device);
// Good while the key of the handshake still is one of the device's.
DeviceProof check_channel(const DeviceProofTools& tools, const domain::SharedKeyChannel& channel,
                          const domain::Device& device);
// The device's own password; a void one lets nobody in.
DeviceProof check_password(const DeviceProofTools& tools, const domain::Password& password,
                           const domain::Device& device);

}  // namespace berth::attestation
