#include "provisioning/steps.h"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace berth::provisioning {
namespace {

using domain::Reason;
using Candidates = std::vector<const domain::Enrollment*>;

Candidates of_kind(const Candidates& all, std::string_view attestation) {
  Candidates some;
  for (const domain::Enrollment* enrollment : all) {
    if (attestation_name(enrollment->attestation) == attestation) some.push_back(enrollment);
  }
  return some;
}

// The owner's group is tried on its own; of the others, enabled ones first, so that a disabled
// group is found only when no other proves the claim.
Candidates other_groups(const Identified& identified) {
  const auto& owner = identified.dossier->owner_group;
  Candidates groups;
  for (const bool enabled : {true, false}) {
    for (const domain::Enrollment& group : identified.snapshot->groups) {
      const bool is_owner = owner && owner->id.key() == group.id.key();
      const bool fits = !is_owner && !is_named_only(group);
      if (fits && group.enabled == enabled) groups.push_back(&group);
    }
  }
  return groups;
}

class Check {
 public:
  Check(const AttestWith& with, const domain::Claim& claim, const Identified& identified)
      : with_(with), claim_(claim), identified_(identified) {}

  // The first attestor that proves one of the candidates, or the last refusal.
  Result<Proven, Refusal> any(const Candidates& candidates) const {
    Refusal refusal{Reason::kAttestationMismatch, "", "a proof of another kind", {}};
    if (!candidates.empty()) {
      refusal.expected = attestation_name(candidates.front()->attestation);
    }
    for (const std::unique_ptr<Attestor>& attestor : with_.attestors) {
      if (!attestor->reads(claim_.evidence)) continue;
      const Candidates some = of_kind(candidates, attestor->name());
      if (some.empty()) continue;
      Result<Attested, Refusal> attested = attestor->attest(input(some));
      if (attested) {
        const domain::Enrollment* enrollment = some[attested->candidate];
        return Proven{enrollment, *std::move(attested)};
      }
      refusal = std::move(attested).error();
    }
    return Fail(std::move(refusal));
  }

 private:
  AttestInput input(const Candidates& some) const {
    return input_for(with_, claim_, identified_, some);
  }

  const AttestWith& with_;
  const domain::Claim& claim_;
  const Identified& identified_;
};

std::optional<Refusal> unreadable(const domain::Evidence& evidence) {
  if (std::holds_alternative<domain::NoEvidence>(evidence)) {
    return Refusal{Reason::kProofMissing, "a token, a signature or a certificate", "neither", {}};
  }
  if (const auto* malformed = std::get_if<domain::MalformedEvidence>(&evidence)) {
    return Refusal{
        Reason::kProofMalformed, "a proof that can be read", base::printable(malformed->what), {}};
  }
  return std::nullopt;
}

// A chain leads to its group by itself: no other is searched for, and the nearest one on the way
// counts, whoever owns the id.
Result<Proven, Refusal> attest_chain(const Check& check, const AttestWith& with,
                                     const Identified& identified) {
  const auto& owner = identified.dossier->owner_group;
  if (!with.may_search && !owner) {
    return Fail(Refusal{Reason::kTooManyAttempts,
                        "a source that has not failed so often",
                        "a chain of certificates that was not looked at",
                        {}});
  }
  Candidates groups;
  for (const domain::Enrollment& group : identified.snapshot->groups) {
    if (!is_named_only(group)) groups.push_back(&group);
  }
  return check.any(groups);
}

}  // namespace

AttestInput input_for(const AttestWith& with, const domain::Claim& claim,
                      const Identified& identified,
                      std::span<const domain::Enrollment* const> candidates) {
  const Dossier& dossier = *identified.dossier;
  AttestInput input{claim, identified.registration, candidates, with.now};
  input.member = dossier.member ? &*dossier.member : nullptr;
  input.controller = dossier.controller ? &*dossier.controller : nullptr;
  if (identified.snapshot) {
    input.authorities = identified.snapshot->authorities;
    input.catalog_version = identified.snapshot->catalog_version;
  }
  input.challenge = dossier.challenge ? &*dossier.challenge : nullptr;
  input.current = dossier.current ? &*dossier.current : nullptr;
  input.registers = with.registers;
  return input;
}

Result<Proven, Refusal> attest(const AttestWith& with, const domain::Claim& claim,
                               const Identified& identified) {
  std::optional<Refusal> unread = unreadable(claim.evidence);
  if (unread) return Fail(*std::move(unread));

  const Check check(with, claim, identified);
  const Dossier& dossier = *identified.dossier;
  if (dossier.named_group) return check.any({&*dossier.named_group});
  if (dossier.individual) return check.any({&*dossier.individual});

  if (std::holds_alternative<domain::CertificateChain>(claim.evidence)) {
    return attest_chain(check, with, identified);
  }

  std::optional<Refusal> by_owner;
  if (dossier.owner_group) {
    Result<Proven, Refusal> proven = check.any({&*dossier.owner_group});
    // Only a wrong signature leaves room for another group to be the right one.
    if (proven || proven.error().reason != Reason::kProofRejected) return proven;
    by_owner = std::move(proven).error();
  }
  const Candidates others = other_groups(identified);
  if (others.empty() && by_owner) return Fail(*std::move(by_owner));
  if (!with.may_search) {
    return Fail(Refusal{Reason::kTooManyAttempts,
                        "a source that has not failed so often",
                        "an id whose group would have to be searched for",
                        {}});
  }
  Result<Proven, Refusal> proven = check.any(others);
  if (proven) return proven;
  if (by_owner) return Fail(*std::move(by_owner));
  Refusal refusal = std::move(proven).error();
  if (refusal.reason == Reason::kProofRejected) {
    refusal.reason = Reason::kNotEnrolled;
    refusal.expected = fmt::format("an individual enrollment '{}', or {}",
                                   identified.registration.text(), refusal.expected);
  }
  return Fail(std::move(refusal));
}

}  // namespace berth::provisioning
