// Proof by TPM, in two steps (dice-x509.md §7.2, azure-dps.md §1.9). First the device shows the
// public halves of its endorsement key and its storage root key, which proves nothing: when they
// are those of its enrollment, it is challenged with a key that only the TPM holding both can open.
// Then it signs an audience and an expiry with that key, inside the TPM.
//
// A challenge is good for one registration and, until it expires, for questions about it. While it
// is fresh and unused the same key is given again, so that a device whose answer was lost and a
// stranger who knows the public keys do not get in each other's way. The key is derived from the
// stored secret and both public keys: an enrollment that is given another TPM has no challenge of
// the one before.
//
// Checked in this order: shape, audience, challenge, signature, expiry.
//
// Room attestation. Thread rule: one instance per io_context and one for the explainer; stateless.
// The Rng must allow that.
#pragma once

#include "base/rng.h"
#include "provisioning/ports/attestor.h"
#include "provisioning/ports/vault.h"

#include <chrono>

namespace berth::attestation {

struct TpmSettings {
  std::chrono::seconds clock_skew{300};
  std::chrono::seconds expiry_ahead_max{std::chrono::hours(24 * 400)};
  // Devices answer within seconds; TPMs that make keys while they do, within a minute.
  std::chrono::seconds challenge_lifetime{600};
};

class TpmAttestor final : public provisioning::Attestor {
 public:
  TpmAttestor(provisioning::Vault& vault, Rng& rng, TpmSettings settings)
      : vault_(vault), rng_(rng), settings_(settings) {}

  std::string_view name() const override { return "tpm"; }
  // TpmIdentity and HMAC-SHA-256 signatures.
  bool reads(const domain::Evidence& evidence) const override;
  Result<provisioning::Attested, provisioning::Refusal> attest(
      const provisioning::AttestInput& input) override;
  Result<provisioning::Challenge, provisioning::Refusal> challenge(
      const provisioning::AttestInput& input) override;
  std::vector<domain::Finding> rivals(const provisioning::RivalInput& input,
                                      std::size_t budget) override;
  // None: at hubs its devices are known by keys like any others.
  std::vector<domain::Finding> connection_rivals(const provisioning::ConnectionInput& input,
                                                 std::size_t budget) override;

 private:
  Result<provisioning::Attested, provisioning::Refusal> verify(
      const provisioning::AttestInput& input, const domain::MacOverText& mac);
  Result<domain::TpmChallenge, provisioning::Refusal> current_or_new(
      const provisioning::AttestInput& input, const domain::TpmIdentity& shown);

  provisioning::Vault& vault_;
  Rng& rng_;
  TpmSettings settings_;
};

}  // namespace berth::attestation
