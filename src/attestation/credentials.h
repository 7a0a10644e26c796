// What a device can prove itself with at a hub, and what a proof is remembered by: a mark and a
// keyed fingerprint, so that it can be asked later whether that is still a credential of the
// device. The mark keeps a device's key from passing for a policy's.
//
// Room attestation. Thread rule: any thread. Keys are opened for each call (a few microseconds) and
// wiped with it: nothing is cached, so nothing can be stale.
#pragma once

#include "hub/ports/authenticator.h"
#include "provisioning/ports/vault.h"

#include <functional>
#include <string>
#include <string_view>

namespace berth::attestation {

inline constexpr std::string_view kOwnMark = "d:";
inline constexpr std::string_view kPolicyMark = "p:";
inline constexpr std::string_view kCertificateMark = "c:";
inline constexpr std::string_view kPasswordMark = "w:";

// The two keys of a device or a policy. Refers to it.
struct KeyRing {
  const domain::SymmetricKeys& keys;
  std::string context;
  std::string whose;  // "device 'd'"
  std::string_view mark;
};
// `device.keys` is there.
KeyRing ring_of(const domain::Device& device);
KeyRing ring_of(const domain::Hub& hub, const domain::HubPolicy& policy);

// The first of the two keys that `verifies`; kProofRejected with their fingerprints when neither
// does (`expected` begins with `what`: "a signature made"), kInternal when one does not open.
using Verifies = std::function<bool(const Secret&)>;
Result<hub::Authenticated, hub::ProofRefusal> verify(provisioning::Vault& vault,
                                                     const KeyRing& ring, const std::string& what,
                                                     const Verifies& verifies);
// Whether that credential is one of the two keys. False also when a key does not open.
bool holds(provisioning::Vault& vault, const KeyRing& ring, const std::string& credential);
// The primary key with its credential.
Result<hub::SharedKey> primary_of(provisioning::Vault& vault, const KeyRing& ring);

// Of a certificate's SHA-256.
std::string certificate_credential(provisioning::Vault& vault,
                                   std::span<const std::uint8_t> sha256);

// Of what is kept of a device's password.
std::string password_credential(provisioning::Vault& vault, const domain::DevicePassword& password);

}  // namespace berth::attestation
