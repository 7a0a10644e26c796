// Causes of refusals that only members of a group with a product secret meet: what a reason says by
// itself, and near misses of group ids and names.
//
// Room provisioning. Thread rule: pure functions.
#pragma once

#include "domain/claim.h"
#include "domain/trail.h"
#include "provisioning/case_file.h"

#include <optional>
#include <vector>

namespace berth::provisioning {

// `claim` has a membership. Empty for reasons that others explain.
std::vector<domain::Finding> member_causes(const domain::Claim& claim, const domain::Trail& trail,
                                           const CaseFile& file);

// When nothing fits, if there is more to say than unexplained() (causes.h) does.
std::optional<domain::Finding> unexplained_member(const domain::Trail& trail, const CaseFile& file);

}  // namespace berth::provisioning
