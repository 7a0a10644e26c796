// One kind of operational credential that a device gets for its hub. Implementations live in
// issuing/ and are listed in app/registry.cc.
//
// Room provisioning/ports. Thread rule: one instance per io_context; no I/O.
#pragma once

#include "domain/outcome.h"
#include "domain/records.h"
#include "provisioning/ports/attestor.h"

namespace berth::provisioning {

struct IssueInput {
  const domain::Enrollment& enrollment;
  // The registration id in the spelling that the proof verified with.
  const std::string& derivation_id;
  // The identity the registration has had so far, here or at another hub, or null: what it held and
  // no longer holds becomes its retired credentials, as of device.updated_at.
  const domain::Device* before = nullptr;
  // The device gets again what it has (Reissue::kSame); only with `before`.
  bool keeps_credential = false;
  bool for_controller = false;  // the identity controls members of the enrollment
  // Never null: what was claimed, how it was proven, and the scope.
  const domain::Claim* claim = nullptr;
  const Attested* attested = nullptr;
  const domain::Scope* scope = nullptr;
};

class Issuer {
 public:
  virtual ~Issuer() = default;
  virtual bool issues_for(const domain::Enrollment& enrollment,
                          const domain::Claim& claim) const = 0;
  // Puts the credential into `device` (its hub and id are set, so that seals can be bound to them)
  // and gives back what the device must be handed, if anything.
  virtual Result<domain::Credential, Refusal> issue(const IssueInput& input,
                                                    domain::Device& device) = 0;
};

}  // namespace berth::provisioning
