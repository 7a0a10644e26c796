#include "attestation/x509.h"

#include "attestation/chain_trouble.h"
#include "attestation/pinned_leaf.h"
#include "attestation/x509_measured.h"
#include "attestation/x509_rivals.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace berth::attestation {
namespace {

using domain::CertificateChain;
using domain::CertificateTrust;
using domain::EnrollmentKind;
using domain::KeySlot;
using domain::Reason;
using provisioning::Attested;
using provisioning::AttestInput;
using provisioning::Refusal;

constexpr std::size_t kGroupsNamedMax = 3;

Refusal in_words(CertificateRefusal refusal) {
  return {refusal.reason, std::move(refusal.expected), std::move(refusal.received), {}};
}

struct SlotOf {
  KeySlot slot;
  const domain::TrustSlot* trust;
};
std::array<SlotOf, 2> slots_of(const CertificateTrust& trust) {
  return {SlotOf{KeySlot::kPrimary, trust.primary ? &*trust.primary : nullptr},
          SlotOf{KeySlot::kSecondary, trust.secondary ? &*trust.secondary : nullptr}};
}

bool is(const domain::Certificate& certificate, std::span<const std::uint8_t> sha256) {
  return std::equal(sha256.begin(), sha256.end(), certificate.sha256.begin(),
                    certificate.sha256.end());
}

struct GroupHit {
  std::size_t candidate = 0;
  KeySlot slot = KeySlot::kPrimary;
  const domain::Certificate* certificate = nullptr;
};

// The first group that has this certificate; of several, one that is switched on.
std::optional<GroupHit> group_with(const AttestInput& input, const crypto::Sha256& sha256) {
  std::optional<GroupHit> switched_off;
  for (std::size_t i = 0; i < input.candidates.size(); ++i) {
    const domain::Enrollment& group = *input.candidates[i];
    const auto* trust = std::get_if<CertificateTrust>(&group.attestation);
    if (trust == nullptr) continue;
    for (const auto& [slot, in_slot] : slots_of(*trust)) {
      if (in_slot == nullptr) continue;
      const domain::Certificate* signing = signing_certificate(*in_slot, input.authorities);
      if (signing == nullptr || !is(*signing, sha256)) continue;
      const GroupHit hit{i, slot, signing};
      if (group.enabled) return hit;
      if (!switched_off) switched_off = hit;
    }
  }
  return switched_off;
}

// From the leaf upwards (azure-dps.md §5).
std::optional<GroupHit> nearest_group(const AttestInput& input,
                                      std::span<const crypto::Sha256> path) {
  for (std::size_t depth = 1; depth < path.size(); ++depth) {
    std::optional<GroupHit> hit = group_with(input, path[depth]);
    if (hit) return hit;
  }
  return std::nullopt;
}

Refusal no_group(const AttestInput& input, const crypto::VerifiedChain& chain) {
  std::string groups;
  std::size_t count = 0;
  for (const domain::Enrollment* each : input.candidates) {
    if (count++ < kGroupsNamedMax) {
      groups += fmt::format("{}'{}'", groups.empty() ? "" : ", ", each->id.text());
    }
  }
  if (count > kGroupsNamedMax) groups += fmt::format(" and {} more", count - kGroupsNamedMax);
  const domain::CaCertificate* top = find_ca(input.authorities, chain.path.back());
  return {Reason::kNotEnrolled,
          fmt::format("a chain with a certificate of a group ({})", groups),
          fmt::format("one for '{}' that leads to CA '{}' and past all of them",
                      base::printable(chain.leaf.common_name, 128),
                      top == nullptr ? std::string("?") : top->name),
          {}};
}

std::vector<base::Bytes> prints_of(std::span<const crypto::Sha256> path) {
  std::vector<base::Bytes> prints;
  for (const crypto::Sha256& each : path) prints.emplace_back(each.begin(), each.end());
  return prints;
}

const CertificateChain* chain_of(const AttestInput& input) {
  return std::get_if<CertificateChain>(&input.claim.evidence);
}

}  // namespace

struct X509Attestor::Proof {
  Attested attested;
  const CertificateTrust* trust = nullptr;
  std::vector<base::Bytes> vouched;  // the certificates that are known to be genuine, leaf first
};

bool X509Attestor::reads(const domain::Evidence& evidence) const {
  return std::holds_alternative<CertificateChain>(evidence);
}

Result<Attested, Refusal> X509Attestor::attest(const AttestInput& input) {
  const CertificateChain* chain = chain_of(input);
  if (chain == nullptr || chain->certificates.empty()) {
    return Fail(Refusal{Reason::kProofMissing, "a client certificate", "none", {}});
  }
  const bool is_individual =
      input.candidates.size() == 1 && input.candidates.front()->kind == EnrollmentKind::kIndividual;
  Result<Proof, Refusal> proof = is_individual ? attest_individual(input, 0) : attest_group(input);
  if (!proof) return Fail(std::move(proof).error());
  std::optional<Refusal> unfit = measure(*proof->trust, proof->vouched, proof->attested);
  if (unfit) return Fail(*std::move(unfit));
  proof->attested.derivation_id = input.registration.text();
  return std::move(proof->attested);
}

Result<X509Attestor::Proof, Refusal> X509Attestor::attest_individual(const AttestInput& input,
                                                                     std::size_t candidate) {
  const domain::Enrollment& enrollment = *input.candidates[candidate];
  const CertificateChain& chain = *chain_of(input);
  const auto* trust = std::get_if<CertificateTrust>(&enrollment.attestation);
  if (trust == nullptr) {
    return Fail(
        Refusal{Reason::kAttestationMismatch, "another kind of proof", "a client certificate", {}});
  }
  std::vector<Pin> pins;
  for (const auto& [slot, in_slot] : slots_of(*trust)) {
    if (in_slot == nullptr || !in_slot->certificate) continue;
    const domain::Certificate& own = *in_slot->certificate;
    pins.push_back({slot, own.sha256, own.by_key ? std::span(own.spki_sha256) : Pin::Print()});
  }
  const std::string whose = fmt::format("individual '{}'", enrollment.id.text());
  Result<PinnedLeaf, CertificateRefusal> leaf =
      check_pinned(chain, pins, {whose, {input.now, settings_.clock_skew}});
  if (!leaf) return Fail(in_words(std::move(leaf).error()));
  std::optional<CertificateRefusal> misnamed =
      check_name(leaf->facts, input.registration.text(), "registration id");
  if (misnamed) return Fail(in_words(*std::move(misnamed)));
  Proof proof;
  proof.attested.candidate = candidate;
  proof.attested.slot = leaf->slot;
  proof.attested.detail =
      fmt::format("{} certificate of {}{}, {}", to_string(leaf->slot), whose,
                  leaf->by_key ? ", known by its key" : "", describe(leaf->facts));
  proof.attested.certificates = prints_of(chain);
  proof.trust = trust;
  proof.vouched =
      trust->dice ? linked(chain) : std::vector<base::Bytes>{chain.certificates.front()};
  return proof;
}

Result<X509Attestor::Proof, Refusal> X509Attestor::attest_group(const AttestInput& input) {
  const CertificateChain& chain = *chain_of(input);
  const TrustedCas cas = cas_.of(input.authorities, WhichCas::kVerified);
  Result<crypto::VerifiedChain, crypto::ChainTrouble> verified =
      verifier_.verify(*cas, chain.certificates, {}, {input.now, settings_.clock_skew});
  if (!verified) return Fail(refusal_of_chain(input, verified.error()));
  const std::optional<GroupHit> hit = nearest_group(input, verified->path);
  if (!hit) return Fail(no_group(input, *verified));
  std::optional<CertificateRefusal> misnamed =
      check_name(verified->leaf, input.registration.text(), "registration id");
  if (misnamed) return Fail(in_words(*std::move(misnamed)));
  const domain::Enrollment& group = *input.candidates[hit->candidate];
  Proof proof;
  proof.attested.candidate = hit->candidate;
  proof.attested.slot = hit->slot;
  proof.attested.detail =
      fmt::format("{}, signed below {}, the {} certificate of group '{}'", describe(verified->leaf),
                  describe(*hit->certificate), to_string(hit->slot), group.id.text());
  proof.attested.certificates = prints_of(verified->path);
  proof.trust = std::get_if<CertificateTrust>(&group.attestation);
  proof.vouched = on_path(chain, verified->path);
  return proof;
}

// A chain that leads nowhere may lead to a CA whose owner has not shown yet that it is theirs.
Refusal X509Attestor::refusal_of_chain(const AttestInput& input,
                                       const crypto::ChainTrouble& trouble) {
  Refusal refusal = in_words(refusal_of(trouble));
  // Two CAs may have one name, and the newer be the unverified one.
  const bool leads_nowhere =
      refusal.reason == Reason::kChainIncomplete || trouble.fault == crypto::ChainFault::kSignature;
  if (!leads_nowhere) return refusal;
  const TrustedCas all = cas_.of(input.authorities, WhichCas::kAll);
  const Result<crypto::VerifiedChain, crypto::ChainTrouble> verified =
      verifier_.verify(*all, chain_of(input)->certificates, {}, {input.now, settings_.clock_skew});
  if (!verified) return refusal;
  const domain::CaCertificate* top = find_ca(input.authorities, verified->path.back());
  if (top == nullptr) return refusal;
  refusal.reason = Reason::kCaNotVerified;
  refusal.received = fmt::format("a chain to CA '{}', {}, which is not verified", top->name,
                                 describe(top->certificate));
  return refusal;
}

std::vector<domain::Finding> X509Attestor::rivals(const provisioning::RivalInput& input,
                                                  std::size_t budget) {
  return test_x509_rivals(input, {cas_, verifier_, settings_.clock_skew, budget});
}

std::vector<domain::Finding> X509Attestor::connection_rivals(
    const provisioning::ConnectionInput& input, std::size_t budget) {
  return test_x509_rivals(input, {cas_, verifier_, settings_.clock_skew, budget});
}

}  // namespace berth::attestation
