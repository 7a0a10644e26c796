// The hub credential of a device that proved itself with a certificate: that certificate, so it
// needs no other. Of an individual enrollment both of its slots are pinned; a device of a group is
// known by any certificate that a verified CA vouches for, unless the group asks for measured
// firmware: then the one that was measured is pinned. What the device had pinned before becomes its
// retired certificates.
//
// Room issuing. Thread rule: one instance per io_context; stateless.
#pragma once

#include "provisioning/ports/issuer.h"

namespace berth::issuing {

class PresentedCertificate final : public provisioning::Issuer {
 public:
  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim& claim) const override;
  // Gives nothing to hand out. Reasons: kInternal (the claim has no certificate that can be read).
  Result<domain::Credential, provisioning::Refusal> issue(const provisioning::IssueInput& input,
                                                          domain::Device& device) override;
};

}  // namespace berth::issuing
