#include "attestation/chain_trouble.h"
#include "attestation/x509_hypotheses.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using domain::CaCertificate;
using domain::Cause;
using domain::CertificateTrust;
using domain::Reason;

// More would be parsed for nothing: they are looked at one by one.
constexpr std::size_t kKnownMax = 200;

bool leads_nowhere(const X509Case& of) {
  return of.reason == Reason::kChainIncomplete || of.reason == Reason::kCaNotVerified ||
         of.reason == Reason::kProofRejected || of.reason == Reason::kNotEnrolled;
}

std::vector<CaCertificate> cas_of(const X509Case& of, bool same_scope) {
  std::vector<CaCertificate> some;
  for (const CaCertificate& each : of.authorities) {
    const bool same = base::equals_ignoring_case(each.scope.text(), of.scope);
    if (same == same_scope) some.push_back(each);
  }
  return some;
}

std::optional<crypto::VerifiedChain> verifies(X509Case& of, std::span<const CaCertificate> cas,
                                              WhichCas which,
                                              std::span<const base::Bytes> known = {}) {
  if (cas.empty() || of.tools.budget == 0) return std::nullopt;
  --of.tools.budget;
  auto verified = of.tools.verifier.verify(*of.tools.cas.of(cas, which), of.chain.certificates,
                                           known, {of.now, of.tools.clock_skew});
  if (!verified) return std::nullopt;
  return *std::move(verified);
}

bool was_sent(const X509Case& of, const crypto::Sha256& print) {
  return std::any_of(of.chain.certificates.begin(), of.chain.certificates.end(),
                     [&](const base::Bytes& der) { return crypto::sha256(der) == print; });
}

void add_slots(std::vector<const domain::Certificate*>& known,
               std::span<const domain::Enrollment> enrollments,
               std::span<const CaCertificate> cas) {
  for (const domain::Enrollment& each : enrollments) {
    const auto* trust = std::get_if<CertificateTrust>(&each.attestation);
    if (trust == nullptr || each.kind != domain::EnrollmentKind::kGroup) continue;
    for (const auto* slot : {&trust->primary, &trust->secondary}) {
      const domain::Certificate* own = *slot ? signing_certificate(**slot, cas) : nullptr;
      if (own != nullptr && known.size() < kKnownMax) known.push_back(own);
    }
  }
}

// The CA certificates that the scope knows, trusted or not.
std::vector<const domain::Certificate*> known_in_scope(const X509Case& of,
                                                       std::span<const CaCertificate> cas) {
  std::vector<const domain::Certificate*> known;
  for (const CaCertificate& each : cas) known.push_back(&each.certificate);
  add_slots(known, of.candidates, cas);
  add_slots(known, of.same_scope, cas);
  return known;
}

}  // namespace

Findings ca_not_verified(X509Case& of) {
  if (!leads_nowhere(of)) return {};
  const std::vector<CaCertificate> own = cas_of(of, true);
  const std::optional<crypto::VerifiedChain> verified = verifies(of, own, WhichCas::kAll);
  if (!verified) return {};
  const CaCertificate* top = find_ca(own, verified->path.back());
  if (top == nullptr || top->verified) return {};
  return {{Cause::kCaUnproven, true,
           fmt::format("The chain leads to CA '{}' of this scope, {}. It was uploaded, but nobody "
                       "has shown that they have its key.",
                       top->name, describe(top->certificate)),
           mend::certificate("verify", of.scope, top->name)}};
}

Findings intermediate_not_sent(X509Case& of) {
  if (!leads_nowhere(of)) return {};
  const std::vector<CaCertificate> own = cas_of(of, true);
  const std::vector<const domain::Certificate*> known = known_in_scope(of, own);
  std::vector<base::Bytes> ders;
  for (const domain::Certificate* each : known) ders.push_back(each->der);
  const std::optional<crypto::VerifiedChain> verified =
      verifies(of, own, WhichCas::kVerified, ders);
  if (!verified) return {};
  std::string missing;
  for (std::size_t i = 1; i + 1 < verified->path.size(); ++i) {
    if (was_sent(of, verified->path[i])) continue;
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto* each) {
      return std::equal(each->sha256.begin(), each->sha256.end(), verified->path[i].begin(),
                        verified->path[i].end());
    });
    if (found == known.end()) continue;
    missing += (missing.empty() ? "" : ", ") + describe(**found);
  }
  if (missing.empty()) return {};
  return {{Cause::kIntermediateMissing, true,
           fmt::format("The device sends {} of its certificates; with {} as well the chain leads "
                       "to a verified CA.",
                       of.chain.certificates.size(), missing),
           "let the device send its certificate and all intermediates below the verified CA, in "
           "one file, its own first"}};
}

Findings ca_of_other_scope(X509Case& of) {
  if (!leads_nowhere(of)) return {};
  const std::vector<CaCertificate> others = cas_of(of, false);
  const std::optional<crypto::VerifiedChain> verified = verifies(of, others, WhichCas::kVerified);
  if (!verified) return {};
  const CaCertificate* top = find_ca(others, verified->path.back());
  if (top == nullptr) return {};
  return {{Cause::kCaOfOtherScope, true,
           fmt::format("The chain leads to a CA of scope '{}'; the device registers in '{}'.",
                       top->scope.text(), base::printable(of.scope)),
           "give the device the ID scope where its CA is, or upload the CA here too"}};
}

// An individual enrollment has the id, and the chain is one of a group.
Findings group_is_shadowed(X509Case& of) {
  if (of.reason != Reason::kProofRejected && of.reason != Reason::kAttestationMismatch) return {};
  const auto individual = std::find_if(of.candidates.begin(), of.candidates.end(), [](auto& each) {
    return each.kind == domain::EnrollmentKind::kIndividual;
  });
  if (individual == of.candidates.end()) return {};
  const std::vector<CaCertificate> own = cas_of(of, true);
  const std::optional<crypto::VerifiedChain> verified = verifies(of, own, WhichCas::kVerified);
  if (!verified || !base::equals_ignoring_case(of.leaf.common_name, of.id)) return {};
  for (const domain::Enrollment& group : of.same_scope) {
    std::vector<const domain::Certificate*> signing;
    add_slots(signing, {&group, 1}, own);
    const bool on_path = std::any_of(signing.begin(), signing.end(), [&](const auto* each) {
      return std::any_of(verified->path.begin() + 1, verified->path.end(), [&](const auto& print) {
        return std::equal(print.begin(), print.end(), each->sha256.begin(), each->sha256.end());
      });
    });
    if (!on_path) continue;
    return {{Cause::kIndividualShadowsGroup, true,
             fmt::format("The chain is good for group '{}', but individual enrollment '{}' has the "
                         "id and goes before any group.",
                         group.id.text(), individual->id.text()),
             mend::remove(*individual)}};
  }
  return {};
}

}  // namespace berth::attestation
