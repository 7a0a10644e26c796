// What an edit may say of an enrollment, by the kind of proof that the record asks for: keys, a
// product secret, passwords of the members, certificates or a TPM belong to one kind each.
//
// Room management. Errors: kInvalid naming what does not belong. Thread rule: pure function.
#pragma once

#include "management/call.h"

namespace berth::management {

// Of a new enrollment: refuses an edit that gives more than one kind.
Result<void> check_one_kind(const domain::EnrollmentEdit& edit);
// Refuses what belongs to another kind of attestation than the record has.
Result<void> check_attestation_kind(const domain::Enrollment& enrollment,
                                    const domain::EnrollmentEdit& edit);

}  // namespace berth::management
