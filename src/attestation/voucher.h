// The text that an operator is given who vouches for a member: its form is in domain/records.h.
//
// Room attestation. Thread rule: pure functions.
#pragma once

#include "base/codec.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::attestation {

struct VoucherParts {
  std::int64_t expires_at_seconds = 0;
  base::Bytes digest;  // 32 bytes
  std::string actor;   // not empty
};

// None when the text is not of that form.
std::optional<VoucherParts> parse_voucher(std::string_view text);

}  // namespace berth::attestation
