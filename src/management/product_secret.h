// The product secrets of groups: what an edit makes of one, its rotation, its opening. Every rule
// about them and about the topics of such groups, without the store.
//
// Room management. Errors: kInvalid naming the member; kInternal when a seal does not open.
// Thread rule: pure functions beside the vault and the random generator.
#pragma once

#include "management/changes.h"

#include <string>

namespace berth::management {

inline constexpr std::size_t kProductSecretMin = 16;  // characters
inline constexpr std::size_t kProductSecretMax = 64;
inline constexpr std::chrono::days kOverlapMax{90};
inline constexpr std::chrono::days kWindowMax{1};  // of clocks and repeated requests

// Ten of A-Z and 0-9; who uses it must look out for one that exists.
std::string made_up_group_id(Rng& rng);
// One that was given: 4..32 letters and digits.
Result<domain::EnrollmentId> product_group_id(std::string_view given);

// What the new record of a group is before the edit is applied: without a secret.
void begin_product_group(domain::Enrollment& group);
// Of a record that has a product secret; a new one gets it made where the edit gives none.
Result<void> edit_product_group(const Call& call, domain::Enrollment& group,
                                const domain::EnrollmentEdit& edit, Differences& changed);

// Puts a new secret in place of the present one, which stays good for the overlap.
Result<Differences> rotate_product_secret(const Call& call, domain::Enrollment& group,
                                          const domain::RotateProductSecret& command);
// The secrets that are good now.
Result<domain::ProductKeys> open_product_keys(const Call& call, const domain::Enrollment& group);

}  // namespace berth::management
