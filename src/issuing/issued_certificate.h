// The hub credential of a device that sent a signing request (azure-dps.md §1.10): a short-lived
// certificate for the device's own key, signed by the scope's issuing CA. It does not matter how
// the device proved itself. Only the key is taken from the request; the CN is the registration id,
// and a request that has another one, or wants the rights of a CA, is refused. The device is told
// the chain with every poll; Berth pins the certificate and never sees the private key. Registering
// again with another request replaces it.
//
// Room issuing. Thread rule: one instance per io_context; the Rng and the Clock must allow that.
// The CAs of the scopes it signed for stay open in memory, as the keys of groups do, because
// opening one was most of what a certificate cost.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "issuing/opened_authorities.h"
#include "provisioning/ports/issuer.h"
#include "provisioning/ports/vault.h"

namespace berth::issuing {

class IssuedCertificate final : public provisioning::Issuer {
 public:
  IssuedCertificate(provisioning::Vault& vault, Rng& rng, const Clock& clock)
      : authorities_(vault), rng_(rng), clock_(clock) {}

  // Goes before all other issuers.
  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim& claim) const override;
  // An IssuedChain. Reasons: kCertificateRequestInvalid; kInternal (the scope has no issuing CA, or
  // it cannot sign any more).
  Result<domain::Credential, provisioning::Refusal> issue(const provisioning::IssueInput& input,
                                                          domain::Device& device) override;

 private:
  OpenedAuthorities authorities_;
  Rng& rng_;
  const Clock& clock_;
};

}  // namespace berth::issuing
