// Proof of a device that connects to a hub: a shared access signature made with one of the device's
// own two keys, or with a key of a policy of the hub that lets devices connect (azure-iot-hub.md
// §1.2, §1.3); a client certificate (device_certificates.h), or one of the proofs of
// device_proofs.h.
//
// A token is checked in this order: shape, audience, signature, expiry, so that an expired token of
// the right key is told apart from a wrong key. Its resource covers the device when it is the hub's
// host, `<host>/devices` or `<host>/devices/<id>`, segment by segment, whatever the case (clients
// lower it); only a policy's token must spell the id exactly, because ids that differ in case are
// two devices and the policy's key is good for both. The host may carry a port.
//
// Room attestation. Thread rule: one instance for all threads. Keys are opened for each check (a
// few microseconds) and wiped with it: of secrets nothing is cached, so nothing can be stale;
// decoded CAs are, by what they are.
#pragma once

#include "attestation/symmetric_key.h"
#include "attestation/trust_cache.h"
#include "hub/ports/authenticator.h"
#include "provisioning/ports/vault.h"

#include <string>

namespace berth::attestation {

class DeviceKeyAuthenticator final : public hub::Authenticator {
 public:
  // Of `settings` the clock skew and the longest expiry count.
  DeviceKeyAuthenticator(provisioning::Vault& vault, SymmetricKeySettings settings);

  // Besides the reasons of the port: kInternal when a key does not open under the master key.
  Result<hub::Authenticated, hub::ProofRefusal> authenticate(const domain::Claim& claim,
                                                             const domain::Hub& hub,
                                                             const hub::Standing& standing,
                                                             TimePoint now) override;
  domain::DevicePassword keep_password(const domain::DeviceId& device,
                                       const Secret& password) override;
  std::optional<hub::SharedKey> shared_key(const domain::Device& device) override;
  // False also when a key cannot be opened any more.
  bool still_good(const hub::Authenticated& proven, const domain::Hub& hub,
                  const hub::Standing& standing) override;

 private:
  struct Place {
    const domain::Hub& hub;
    const domain::Device& device;
    TimePoint now;
  };
  Result<hub::Authenticated, hub::ProofRefusal> check_token(const domain::Claim& claim,
                                                            const domain::MacOverText& mac,
                                                            const Place& place);
  Result<hub::Authenticated, hub::ProofRefusal> verify_own(const domain::MacOverText& mac,
                                                           const domain::Device& device);
  Result<hub::Authenticated, hub::ProofRefusal> verify_policy(const domain::MacOverText& mac,
                                                              const domain::Hub& hub);

  provisioning::Vault& vault_;
  SymmetricKeySettings settings_;
  TrustCache cas_;
};

}  // namespace berth::attestation
