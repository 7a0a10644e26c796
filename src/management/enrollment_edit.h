// What an edit makes of an enrollment: every rule about enrollments, without the store.
//
// Room management. Errors: kInvalid naming the member; kInternal when a sealed key does not open.
// Thread rule: pure functions beside the vault and the random generator.
#pragma once

#include "management/changes.h"

namespace berth::management {

// What the rules need to know about the surroundings.
struct Surroundings {
  const domain::Scope& scope;
  const std::vector<domain::HubLink>& links;
  const std::vector<domain::CaCertificate>& cas;  // empty unless the edit is about certificates
};

// Applies the edit to a record whose scope, kind and id are set; times and version are not touched.
// A record without keys or secret (a new one) gets them made where the edit gives none.
Result<Differences> edit_enrollment(const Call& call, domain::Enrollment& enrollment,
                                    const domain::EnrollmentEdit& edit,
                                    const Surroundings& surroundings);

// Of a record with symmetric keys: puts `key` into the slot; what was there becomes the newest
// retired key. Nothing happens, and false is returned, when it is the same key.
Result<bool> replace_key(const Call& call, domain::Enrollment& enrollment, domain::KeySlot slot,
                         const Secret& key);

}  // namespace berth::management
