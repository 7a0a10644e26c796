// Groups whose members have passwords: what an edit makes of one, the opening of the secret that
// passwords are derived from, and what a member's own passwords must be. Every rule, without the
// store.
//
// Room management. Errors: kInvalid naming the member; kInternal when a seal does not open.
// Thread rule: pure functions beside the vault and the random generator.
#pragma once

#include "management/changes.h"

#include <string>

namespace berth::management {

inline constexpr std::size_t kDerivationSecretMax = 127;  // characters
inline constexpr std::uint32_t kGuessesMax = 1000;
inline constexpr std::chrono::days kLockMax{30};
inline constexpr std::size_t kMemberPasswordMin = 4;
inline constexpr std::size_t kMemberPasswordMax = 127;

// "mod-" and 24 hex digits; who uses it must look out for one that exists.
std::string made_up_password_group_id(Rng& rng);
// One that was given, in lower case.
Result<domain::EnrollmentId> password_group_id(std::string_view given);

// Of a record that has member passwords.
Result<void> edit_password_group(const Call& call, domain::Enrollment& group,
                                 const domain::EnrollmentEdit& edit, Differences& changed);
Result<domain::DerivationKeys> open_derivation_secret(const Call& call,
                                                      const domain::Enrollment& group);

// What is wrong with a member's own password, and how to mend it; empty when nothing is.
std::string password_problem(std::string_view member, const Secret& password);

}  // namespace berth::management
