// Causes that need no signature to be tested: what a reason says by itself, and near misses of ids
// and scopes.
//
// Room provisioning. Thread rule: pure functions.
#pragma once

#include "domain/claim.h"
#include "domain/trail.h"
#include "provisioning/case_file.h"

#include <vector>

namespace berth::provisioning {

// For reasons that are their own cause (disabled, owned by another, nothing presented, …); empty
// for those that hypotheses have to explain.
std::vector<domain::Finding> plain_causes(const domain::Claim& claim, const domain::Trail& trail,
                                          const CaseFile& file);

// An enrollment of the scope whose id is almost the one sent.
std::vector<domain::Finding> id_near_misses(const domain::Claim& claim, const CaseFile& file);

// A scope whose id is almost the one sent, or that is served under the host name asked for.
std::vector<domain::Finding> scope_near_misses(const domain::Claim& claim,
                                               const Neighbours& neighbours);

// When nothing fits: what was ruled out, and where to look.
domain::Finding unexplained(const domain::Claim& claim, const domain::Trail& trail);

}  // namespace berth::provisioning
