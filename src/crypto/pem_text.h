// PEM as people and tools write it (RFC 7468, read generously): any length of line, blanks and line
// ends anywhere in the base64, other text between the blocks; or the bare base64 of one DER without
// any lines of dashes (azure-dps.md §6.4, §1.10). Strict in what the base64 may be.
//
// Room crypto, internal. Thread rule: pure functions. Not for private keys: nothing is wiped.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::crypto {

struct PemWanted {
  std::string_view what;                     // for errors: "certificate"
  std::span<const std::string_view> labels;  // "CERTIFICATE"; blocks of others are passed over
  std::size_t bytes_max = 0;                 // of one DER
  std::size_t count_max = 1;
  bool first_only = false;  // the rest is not looked at
};

// 1..count_max DERs in order. kInvalid for none, more, or a block that cannot be read.
Result<std::vector<base::Bytes>> read_pem(std::string_view text, const PemWanted& wanted);

std::string write_pem(std::string_view label, std::span<const std::uint8_t> der);

}  // namespace berth::crypto
