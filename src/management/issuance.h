// Certificates that devices ask for: what an edit makes of an enrollment's terms, and the CA of the
// scope that is to sign them.
//
// Room management. Thread rule: as use_cases.h.
#pragma once

#include "management/changes.h"

namespace berth::management {

// kInvalid for days out of range, and for groups whose devices have no way to ask.
Result<void> edit_issuance(domain::Enrollment& enrollment, const domain::EnrollmentEdit& edit,
                           Differences& changed);

// Makes the scope's issuing CA unless it has one. Of several that do so at once one wins, and the
// others find it there.
Task<Result<void>> ensure_issuing_authority(const Call& call, domain::ScopeId id);

}  // namespace berth::management
