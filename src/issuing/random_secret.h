// The hub credential of a member whose group issues secrets: 16 random bytes that the device is
// handed once, and another 16 as its second key, which nobody is told until an operator asks.
// Sealed for the device's record. What the device had before becomes its retired credentials; with
// keeps_credential it gets again what it has.
//
// Room issuing. Thread rule: one instance per io_context; the Rng must allow that.
#pragma once

#include "base/rng.h"
#include "issuing/retired_keys.h"
#include "provisioning/ports/issuer.h"
#include "provisioning/ports/vault.h"

namespace berth::issuing {

class RandomSecret final : public provisioning::Issuer {
 public:
  RandomSecret(provisioning::Vault& vault, Rng& rng) : vault_(vault), rng_(rng) {}

  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim& claim) const override;
  // An IssuedSecret. Reasons: kInternal (keys that are to be kept do not open).
  Result<domain::Credential, provisioning::Refusal> issue(const provisioning::IssueInput& input,
                                                          domain::Device& device) override;

 private:
  Result<FreshKeys> keys_of(const domain::Device& before);

  provisioning::Vault& vault_;
  Rng& rng_;
};

}  // namespace berth::issuing
