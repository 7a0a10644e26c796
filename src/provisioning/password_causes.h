// Causes of refusals of members of groups with passwords, and of the devices that are to control
// them, as far as they follow from the records; what has to be tried is the attestor's.
//
// Room provisioning. Thread rule: pure functions.
#pragma once

#include "domain/claim.h"
#include "domain/trail.h"
#include "provisioning/case_file.h"

#include <vector>

namespace berth::provisioning {

// For a claim with a membership whose group is the first candidate of `file`.
std::vector<domain::Finding> password_causes(const domain::Claim& claim, const domain::Trail& trail,
                                             const CaseFile& file);
// For a wrong password that no rival explains.
domain::Finding unexplained_password(const domain::Trail& trail, const domain::Enrollment& group);

}  // namespace berth::provisioning
