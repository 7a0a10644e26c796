// The hub credential of a device that proved itself with a symmetric key: the same keys it proved
// itself with, so that it needs no other (azure-dps.md §4). For a group both slots are derived for
// the device, for an individual they are the enrollment's own; sealed for the device's record. Keys
// the device had before and has no longer become its retired keys.
//
// Room issuing. Thread rule: one instance per io_context. Keeps opened keys of groups.
#pragma once

#include "issuing/opened_seals.h"
#include "provisioning/ports/issuer.h"
#include "provisioning/ports/vault.h"

namespace berth::issuing {

class DerivedKey final : public provisioning::Issuer {
 public:
  explicit DerivedKey(provisioning::Vault& vault) : vault_(vault), opened_(vault) {}

  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim& claim) const override;
  // Gives nothing to hand out: the device holds its keys already. Reasons: kInternal (the
  // enrollment's keys do not open).
  Result<domain::Credential, provisioning::Refusal> issue(const provisioning::IssueInput& input,
                                                          domain::Device& device) override;

 private:
  // What a device of that enrollment has for `from`, one of the enrollment's keys.
  Result<Secret> key_from(const domain::Sealed& from, const domain::Enrollment& enrollment,
                          const std::string& derivation_id);

  provisioning::Vault& vault_;
  OpenedSeals opened_;
};

}  // namespace berth::issuing
