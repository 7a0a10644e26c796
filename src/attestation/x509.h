// Proof by client certificate (azure-dps.md §1.8, §5; dice-x509.md §2.5): TLS has shown that the
// device has the leaf's key, and here it is decided what that key is good for.
//
// An individual enrollment knows the device's own certificates, by fingerprint or by key; who
// signed them does not matter. For a group the chain the device sends must lead to a verified CA of
// the scope, and a certificate of the group must be on that way: the group nearest to the leaf
// counts, switched on or off. In both the CN is the registration id, case aside. Then come
// measurements of firmware, where the enrollment has a policy for them.
//
// Room attestation. Thread rule: one instance per io_context and one for the explainer; keeps
// decoded CAs and intermediates, otherwise stateless.
#pragma once

#include "attestation/trust_cache.h"
#include "crypto/chain.h"
#include "provisioning/ports/attestor.h"

#include <chrono>
#include <vector>

namespace berth::attestation {

struct X509Settings {
  // How far device clocks may be off, and the clocks of those who make certificates.
  std::chrono::seconds clock_skew{300};
};

class X509Attestor final : public provisioning::Attestor {
 public:
  explicit X509Attestor(X509Settings settings) : settings_(settings) {}

  std::string_view name() const override { return "x509"; }
  bool reads(const domain::Evidence& evidence) const override;
  // Reasons: kProofMissing, kProofMalformed, kProofRejected (another certificate, or a signature
  // that does not verify), kNotEnrolled (a good chain that no group is on), kChainTooLong,
  // kChainIncomplete, kCaNotVerified, kCertificateExpired, kCertificateNotYetValid,
  // kCertificateUsage, kCertificateWeak, kCertificateExtension, kCertificateName, those of
  // firmware.
  Result<provisioning::Attested, provisioning::Refusal> attest(
      const provisioning::AttestInput& input) override;
  std::vector<domain::Finding> rivals(const provisioning::RivalInput& input,
                                      std::size_t budget) override;
  std::vector<domain::Finding> connection_rivals(const provisioning::ConnectionInput& input,
                                                 std::size_t budget) override;

 private:
  struct Proof;  // a proof, and whose policy it must satisfy
  Result<Proof, provisioning::Refusal> attest_individual(const provisioning::AttestInput& input,
                                                         std::size_t candidate);
  Result<Proof, provisioning::Refusal> attest_group(const provisioning::AttestInput& input);
  provisioning::Refusal refusal_of_chain(const provisioning::AttestInput& input,
                                         const crypto::ChainTrouble& trouble);

  X509Settings settings_;
  TrustCache cas_;
  crypto::ChainVerifier verifier_;
};

}  // namespace berth::attestation
