// The hub credential of a device whose group has members with passwords: 24 random letters and
// digits (142 bits) that it is handed once. Berth keeps a keyed digest, so it cannot hand out the
// same one again: a device that registers again is issued a new one. What it had before becomes its
// retired credentials.
//
// Room issuing. Thread rule: one instance per io_context; the Rng must allow that.
#pragma once

#include "base/rng.h"
#include "provisioning/ports/issuer.h"
#include "provisioning/ports/vault.h"

namespace berth::issuing {

class Password final : public provisioning::Issuer {
 public:
  Password(provisioning::Vault& vault, Rng& rng) : vault_(vault), rng_(rng) {}

  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim& claim) const override;
  // An IssuedPassword. With for_controller the device becomes a controller. Never refuses.
  Result<domain::Credential, provisioning::Refusal> issue(const provisioning::IssueInput& input,
                                                          domain::Device& device) override;

 private:
  provisioning::Vault& vault_;
  Rng& rng_;
};

}  // namespace berth::issuing
