// One kind of operational credential that a device gets for its hub. Implementations live in
// issuing/ and are listed in app/registry.cc.
//
// Room provisioning/ports. Thread rule: one instance per io_context; no I/O.
#pragma once

#include "domain/records.h"
#include "provisioning/ports/attestor.h"

namespace berth::provisioning {

class Issuer {
 public:
  virtual ~Issuer() = default;
  // The attestation_name() it issues for.
  virtual std::string_view attestation() const = 0;
  // Puts the credential into `device` (its hub and id are set, so that seals can be bound to them).
  // `derivation_id` is the registration id in the spelling that the proof verified with. `before`
  // is the identity the registration has had so far, here or at another hub, or null: what it held
  // and no longer holds becomes its retired credentials, as of device.updated_at.
  virtual Result<void, Refusal> issue(const domain::Enrollment& enrollment,
                                      const std::string& derivation_id,
                                      const domain::Device* before, domain::Device& device) = 0;
};

}  // namespace berth::provisioning
