// What a password may have been before somebody's hands, files and clients changed it: each variant
// assumes one slip, and says it in words.
//
// Room attestation. Thread rule: pure functions.
#pragma once

#include "base/secret.h"

#include <string>
#include <string_view>
#include <vector>

namespace berth::attestation {

struct PasswordVariant {
  Secret text;
  std::string slip;  // "with white space around it": how the right one was sent
};

// The texts that `received` may stand for, likeliest first, at most 20; never `received` itself.
std::vector<PasswordVariant> password_variants(std::string_view received);

}  // namespace berth::attestation
