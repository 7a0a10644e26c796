// What the store knows around one refused claim, gathered for the explainer: the enrollments that
// could have proved it, their neighbours, and the other scopes. Every read is bounded; what cannot
// be read is left out, so that an explanation is poorer and never missing.
//
// Room provisioning. Thread rule: plain values; the gathering coroutines belong to the explainer.
#pragma once

#include "domain/claim.h"
#include "provisioning/explain.h"
#include "provisioning/ports/registrations.h"

#include <optional>
#include <string>
#include <vector>

namespace berth::provisioning {

struct CaseFile {
  std::optional<domain::Scope> scope;
  std::optional<domain::Registration> current;
  // In the order attest tried them, or would have: the individual alone, else the owner's group,
  // then the other groups.
  std::vector<domain::Enrollment> candidates;
  // The scope's groups and the individuals nearest to the id in the order of ids.
  std::vector<domain::Enrollment> same_scope;
  // Of a claim with a membership: its line in the roster, names the roster lists nearby, and groups
  // with a product secret in all scopes.
  std::optional<domain::Member> member;
  std::vector<domain::Member> roster;
  std::vector<domain::Enrollment> products;
  // CAs of all scopes, those of the claim's first; and the challenge its TPM was given last.
  std::vector<domain::CaCertificate> authorities;
  std::optional<domain::TpmChallenge> challenge;
  // A group that has the name but another kind of attestation, when no product group has it.
  std::optional<domain::Enrollment> namesake;
};

// What is around the claim in its own scope.
Task<CaseFile> gather_scope(RegistrationStore& store, ExplainSettings settings, std::string scope,
                            std::string registration_id);

// What is around a claim that names its group.
Task<CaseFile> gather_membership(RegistrationStore& store, ExplainSettings settings,
                                 domain::Membership membership);

struct Neighbours {
  std::vector<domain::Scope> scopes;  // all but the claim's own
  // Individual enrollments with the id, and groups, of those scopes.
  std::vector<domain::Enrollment> enrollments;
};

Task<Neighbours> gather_neighbours(RegistrationStore& store, ExplainSettings settings,
                                   std::string scope, std::string registration_id);

}  // namespace berth::provisioning
