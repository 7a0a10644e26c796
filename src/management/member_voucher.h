// The claim with which an operator registers a member in its place, without its enrol password.
//
// Room management. Thread rule: pure function beside the vault.
#pragma once

#include "management/call.h"

namespace berth::management {

inline constexpr std::chrono::seconds kVoucherTime{60};

// Good for the member alone, for kVoucherTime, and it says who gave it.
domain::Claim vouched_claim(const Call& call, const domain::Enrollment& group,
                            const domain::MemberName& name);

}  // namespace berth::management
