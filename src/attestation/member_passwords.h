// Proof by password: of a member that registers, or of a device that is to control it. A member has
// passwords of its own, kept as keyed digests, or they are derived from a secret of its group and
// its name; one that has its own is not let in with the derived one. Also the text that an operator
// is given who vouches for a member.
//
// Checked in this order: who it is, whether its password is locked (a locked one is not looked at,
// so that guessing on gains nothing), the password. Wrong ones are counted by the pipeline.
//
// It also explains why devices with passwords are refused at a hub.
//
// Room attestation. Thread rule: one instance per io_context and one for the explainer; keeps
// opened secrets (KeyCache), otherwise stateless.
#pragma once

#include "attestation/key_cache.h"
#include "attestation/symmetric_key.h"
#include "provisioning/ports/attestor.h"
#include "provisioning/ports/vault.h"

#include <optional>
#include <string>

namespace berth::attestation {

class MemberPasswordAttestor final : public provisioning::Attestor {
 public:
  // Of `settings` the number of cached keys counts.
  MemberPasswordAttestor(provisioning::Vault& vault, SymmetricKeySettings settings);

  std::string_view name() const override { return "member_passwords"; }
  // Also passwords that prove no membership, for connection_rivals().
  bool reads(const domain::Evidence& evidence) const override;
  // kMemberUnknown when AttestInput::member is null. A password for control proves a claim with a
  // controller, and no other does; a voucher proves the member alone. Credentials of a controller
  // that are not good count as not sent.
  Result<provisioning::Attested, provisioning::Refusal> attest(
      const provisioning::AttestInput& input) override;
  std::vector<domain::Finding> rivals(const provisioning::RivalInput& input,
                                      std::size_t budget) override;
  std::vector<domain::Finding> connection_rivals(const provisioning::ConnectionInput& input,
                                                 std::size_t budget) override;

 private:
  // One candidate, its attestation and its member.
  struct Place {
    const domain::Enrollment& group;
    const domain::MemberPasswords& passwords;
    const domain::Member& member;
  };
  using Proof = Result<std::string, provisioning::Refusal>;  // the detail for the trail

  Proof check_password(const Place& place, const domain::Password& password);
  Proof check_derived(const Place& place, const domain::Password& password);
  Proof check_voucher(const Place& place, const domain::Voucher& voucher, TimePoint now);
  // Whether the claim's controller is the device that it says it is.
  bool proves_device(const provisioning::AttestInput& input, const domain::Enrollment& group);
  // Looks at the claim's controller when the rest is proven; kNotPermitted when it is another
  // device than a controller.
  std::optional<provisioning::Refusal> check_controller(const provisioning::AttestInput& input,
                                                        const domain::Enrollment& group,
                                                        provisioning::Attested& attested);

  provisioning::Vault& vault_;
  KeyCache keys_;
};

}  // namespace berth::attestation
