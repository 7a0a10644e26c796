// Proof by shared access signature: an HMAC-SHA-256 over audience and expiry, keyed with the
// device's own key (individual) or one derived from its group's (azure-dps.md §1.7, §4).
//
// Checked in this order: shape, audience, signature, expiry, so that an expired token of the right
// key is told apart from a wrong key. Either slot of an enrollment verifies; a group's key is
// derived from the id as presented, then from its lower-case form.
//
// Room attestation. Thread rule: one instance per io_context and one for the explainer; keeps
// opened keys (KeyCache), otherwise stateless.
#pragma once

#include "attestation/key_cache.h"
#include "provisioning/ports/attestor.h"
#include "provisioning/ports/vault.h"

#include <chrono>

namespace berth::attestation {

struct SymmetricKeySettings {
  // How far device clocks may be off, either way.
  std::chrono::seconds clock_skew{300};
  // Tokens that expire later than this are refused. Vendor clients ask for an hour to a day; people
  // following the vendor's samples for up to a year.
  std::chrono::seconds expiry_ahead_max{std::chrono::hours(24 * 400)};
  std::size_t keys_cached_max = 10'000;  // enrollments; about 400 bytes each
};

class SymmetricKeyAttestor final : public provisioning::Attestor {
 public:
  SymmetricKeyAttestor(provisioning::Vault& vault, SymmetricKeySettings settings);

  std::string_view name() const override { return "symmetric_key"; }
  bool reads(const domain::Evidence& evidence) const override;
  Result<provisioning::Attested, provisioning::Refusal> attest(
      const provisioning::AttestInput& input) override;
  std::vector<domain::Finding> rivals(const provisioning::RivalInput& input,
                                      std::size_t budget) override;
  std::vector<domain::Finding> connection_rivals(const provisioning::ConnectionInput& input,
                                                 std::size_t budget) override;

 private:
  Result<provisioning::Attested, provisioning::Refusal> verify(
      const provisioning::AttestInput& input, const domain::MacOverText& mac);

  provisioning::Vault& vault_;
  SymmetricKeySettings settings_;
  KeyCache keys_;
};

}  // namespace berth::attestation
