#include "attestation/product_secret.h"

#include "attestation/member_rivals.h"
#include "attestation/product_rivals.h"
#include "attestation/signed_text.h"
#include "base/log.h"

#include <fmt/format.h>

#include <utility>

namespace berth::attestation {
namespace {

using domain::KeySlot;
using domain::ProductSecret;
using domain::Reason;
using domain::SignedText;
using provisioning::Attested;
using provisioning::AttestInput;
using provisioning::Refusal;

Refusal refusal_of(Broken broken) {
  return {broken.reason, std::move(broken.expected), std::move(broken.received), {}};
}

const ProductSecret* secret_of(const domain::Enrollment& enrollment) {
  return std::get_if<ProductSecret>(&enrollment.attestation);
}

// Whether the secret before the present one still counts.
bool overlaps(const ProductSecret& secret, TimePoint now) {
  return secret.previous && now <= secret.previous_until;
}

std::string until_text(const ProductSecret& secret) {
  return base::format_utc(secret.previous_until, 0);
}

// What was tried for one group: "the product secret of group 'X' (fingerprint …)".
std::string tried_text(provisioning::Vault& vault, const domain::Enrollment& group,
                       const OpenedKeys& keys, TimePoint now) {
  std::string text = fmt::format("the product secret of group '{}' (fingerprint {})",
                                 group.id.text(), vault.fingerprint(keys.primary.bytes()));
  const ProductSecret& secret = *secret_of(group);
  if (!overlaps(secret, now)) return text;
  return text + fmt::format(" or the previous one (fingerprint {}), good until {}",
                            vault.fingerprint(keys.secondary.bytes()), until_text(secret));
}

Refusal unreadable_secret() {
  return {Reason::kInternal,
          "a product secret that opens under the server's master key",
          "one that does not; the log has more",
          {}};
}

}  // namespace

ProductSecretAttestor::ProductSecretAttestor(provisioning::Vault& vault,
                                             SymmetricKeySettings settings)
    : vault_(vault), settings_(settings), keys_(vault, settings.keys_cached_max) {}

bool ProductSecretAttestor::reads(const domain::Evidence& evidence) const {
  return std::holds_alternative<SignedText>(evidence) ||
         std::holds_alternative<domain::SharedKeyChannel>(evidence) ||
         std::holds_alternative<domain::CertificateChain>(evidence) ||
         std::holds_alternative<domain::NoEvidence>(evidence);
}

Result<Attested, Refusal> ProductSecretAttestor::attest(const AttestInput& input) {
  const auto* proof = std::get_if<SignedText>(&input.claim.evidence);
  if (proof == nullptr) {
    return Fail(Refusal{Reason::kAttestationMismatch,
                        "a request signed with the product secret",
                        "another kind of proof",
                        {}});
  }
  std::optional<Broken> misshapen = check_shape(*proof);
  if (misshapen) return Fail(refusal_of(*std::move(misshapen)));
  Result<Attested, Refusal> verified = verify(input, *proof);
  if (!verified) return verified;
  const ProductSecret& secret = *secret_of(*input.candidates[verified->candidate]);
  std::optional<Broken> untimely = check_expiry(*proof, input.now, settings_.clock_skew);
  if (!untimely) untimely = check_made_at(*proof, input.now, secret.clock_window);
  if (untimely) return Fail(refusal_of(*std::move(untimely)));
  return verified;
}

Result<Attested, Refusal> ProductSecretAttestor::verify(const AttestInput& input,
                                                        const SignedText& proof) {
  std::string tried;
  for (std::size_t i = 0; i < input.candidates.size(); ++i) {
    const domain::Enrollment& group = *input.candidates[i];
    const ProductSecret* secret = secret_of(group);
    if (secret == nullptr) continue;
    Result<const OpenedKeys*> opened = keys_.open(group, *secret);
    if (!opened) {
      log::error("attest.secret_unreadable",
                 {{"enrollment", group.id.text()}, {"what", opened.error().what}});
      return Fail(unreadable_secret());
    }
    const OpenedKeys& keys = **opened;
    const std::string& id = input.registration.text();
    if (verifies(proof, keys.primary)) {
      return Attested{i, KeySlot::kPrimary, id,
                      fmt::format("current product secret of group '{}'", group.id.text()),
                      keys.primary.clone()};
    }
    if (overlaps(*secret, input.now) && verifies(proof, keys.secondary)) {
      return Attested{i, KeySlot::kSecondary, id,
                      fmt::format("previous product secret of group '{}', good until {}",
                                  group.id.text(), until_text(*secret)),
                      keys.secondary.clone()};
    }
    tried += (tried.empty() ? "" : ", ") + tried_text(vault_, group, keys, input.now);
  }
  if (tried.empty()) {
    return Fail(
        Refusal{Reason::kAttestationMismatch, "another kind of proof", "a signed request", {}});
  }
  return Fail(Refusal{Reason::kProofRejected,
                      fmt::format("{} with {}", describe(proof), tried),
                      "a signature that it does not verify",
                      {}});
}

std::vector<domain::Finding> ProductSecretAttestor::rivals(const provisioning::RivalInput& input,
                                                           std::size_t budget) {
  return test_product_rivals(input, {vault_, keys_, budget});
}

std::vector<domain::Finding> ProductSecretAttestor::connection_rivals(
    const provisioning::ConnectionInput& input, std::size_t budget) {
  return test_member_rivals(input, {vault_, keys_, budget});
}

}  // namespace berth::attestation
