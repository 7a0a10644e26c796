// Proof by product secret: a MAC over what a request says of itself, keyed with the one secret that
// all members of a group hold when they leave the factory. The secret is text, and all its bytes
// are the key.
//
// Checked in this order: shape, signature, time, so that a wrong clock is told apart from a wrong
// secret. The current secret verifies, and the one before while its overlap lasts; which text was
// signed is the dialect's to say (it gives every reading a vendor's clients are known for).
//
// It also explains why members' connections to a hub are refused: their proofs are of the same
// shape, or come from it.
//
// Room attestation. Thread rule: one instance per io_context and one for the explainer; keeps
// opened secrets (KeyCache), otherwise stateless.
#pragma once

#include "attestation/key_cache.h"
#include "attestation/symmetric_key.h"
#include "provisioning/ports/attestor.h"
#include "provisioning/ports/vault.h"

namespace berth::attestation {

class ProductSecretAttestor final : public provisioning::Attestor {
 public:
  // Of `settings` the clock skew and the number of cached keys count.
  ProductSecretAttestor(provisioning::Vault& vault, SymmetricKeySettings settings);

  std::string_view name() const override { return "product_secret"; }
  // Also what is no proof of a product secret, but of a member's connection, for
  // connection_rivals().
  bool reads(const domain::Evidence& evidence) const override;
  Result<provisioning::Attested, provisioning::Refusal> attest(
      const provisioning::AttestInput& input) override;
  std::vector<domain::Finding> rivals(const provisioning::RivalInput& input,
                                      std::size_t budget) override;
  std::vector<domain::Finding> connection_rivals(const provisioning::ConnectionInput& input,
                                                 std::size_t budget) override;

 private:
  Result<provisioning::Attested, provisioning::Refusal> verify(
      const provisioning::AttestInput& input, const domain::SignedText& proof);

  provisioning::Vault& vault_;
  SymmetricKeySettings settings_;
  KeyCache keys_;
};

}  // namespace berth::attestation
