// The device's hub keys for symmetric-key enrollments: a group's device gets the pair derived from
// the group's keys, an individual enrollment's device gets that enrollment's own pair, so that the
// device signs for the hub with the key it already holds (azure-dps.md §4).
//
// Room issuing. Thread rule: one instance per io_context.
#pragma once

#include "provisioning/ports/issuer.h"
#include "provisioning/ports/vault.h"

namespace berth::issuing {

class DerivedKey final : public provisioning::Issuer {
 public:
  explicit DerivedKey(provisioning::Vault& vault) : vault_(vault) {}

  std::string_view attestation() const override { return "symmetric_key"; }
  // kInternal when a key of the enrollment does not open.
  Result<void, provisioning::Refusal> issue(const domain::Enrollment& enrollment,
                                            const std::string& derivation_id,
                                            domain::Device& device) override;

 private:
  Result<domain::Sealed, provisioning::Refusal> device_key(const domain::Enrollment& enrollment,
                                                           const domain::Sealed& key,
                                                           const std::string& derivation_id,
                                                           const std::string& context);

  provisioning::Vault& vault_;
};

}  // namespace berth::issuing
