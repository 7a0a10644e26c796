// The passwords that members of a group have when a secret of the group and their names make them:
// the base64 text of the SHA-1 of both, joined as they are. The order says
// which of two passwords it is.
//
// SHA-1 is what devices compute; it stands because the input is a secret, not because it is strong.
//
// Room crypto. Thread rule: any thread.
#pragma once

#include "base/secret.h"

#include <string_view>

namespace berth::crypto {

// 28 characters. Texts of any size, empty ones included.
Secret derive_password(std::string_view first, std::string_view second);

}  // namespace berth::crypto
