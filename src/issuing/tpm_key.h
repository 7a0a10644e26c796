// The hub credential of a device that proved itself with its TPM: a random key that is wrapped for
// that TPM and never seen outside it again, and another random one as the second key, which nobody
// is told until an operator asks (dice-x509.md §7.2). What the device had before becomes its
// retired credentials; with keeps_credential the key it has is wrapped again.
//
// Room issuing. Thread rule: one instance per io_context; the Rng must allow that.
#pragma once

#include "base/rng.h"
#include "issuing/retired_keys.h"
#include "provisioning/ports/issuer.h"
#include "provisioning/ports/vault.h"

namespace berth::issuing {

class TpmKey final : public provisioning::Issuer {
 public:
  TpmKey(provisioning::Vault& vault, Rng& rng) : vault_(vault), rng_(rng) {}

  // Devices of enrollments for a TPM that do not ask for a certificate.
  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim& claim) const override;
  // An IssuedTpmKey. Reasons: kInternal (keys that are to be kept do not open, or the enrolled keys
  // cannot be used).
  Result<domain::Credential, provisioning::Refusal> issue(const provisioning::IssueInput& input,
                                                          domain::Device& device) override;

 private:
  Result<FreshKeys> keys_for(const provisioning::IssueInput& input);

  provisioning::Vault& vault_;
  Rng& rng_;
};

}  // namespace berth::issuing
