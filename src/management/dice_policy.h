// Which firmware devices must run whose certificates say what runs: what an edit makes of a policy,
// and firmware that an operator accepts later. Every rule, without the store.
//
// Room management. Errors: kInvalid naming the member. Thread rule: pure functions.
#pragma once

#include "management/changes.h"

#include <optional>
#include <string>
#include <vector>

namespace berth::management {

inline constexpr std::size_t kFirmwareTextMax = 128;    // bytes of vendor and model
inline constexpr std::size_t kFirmwareVersionMax = 64;  // bytes: numbers with dots

// `given` without a value takes the policy away.
Result<void> edit_dice_policy(std::optional<domain::DicePolicy>& policy,
                              const std::optional<domain::DicePolicyEdit>& given,
                              Differences& changed);

// Adds the digests that are not listed yet; which. kTooMany beyond kAcceptedDigestsMax.
Result<std::vector<std::string>> accept_digests(domain::DicePolicy& policy,
                                                const std::vector<std::string>& digests);

}  // namespace berth::management
