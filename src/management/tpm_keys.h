// The keys of a TPM that an individual enrollment trusts: what an edit makes of them, without the
// store.
//
// Room management. Errors: kInvalid naming the member. Thread rule: pure functions beside the
// reader of keys.
#pragma once

#include "management/changes.h"

namespace berth::management {

// Of a record that trusts a TPM; a new one needs an endorsement key. Another endorsement key is
// another TPM, whose storage root key is not known unless it is given, too.
Result<void> edit_tpm_keys(const Call& call, domain::Enrollment& enrollment,
                           const domain::EnrollmentEdit& edit, Differences& changed);

}  // namespace berth::management
