// Judges a path from a leaf to an anchor that was found: OpenSSL's checks and ours.
//
// Room crypto, internal. Thread rule: pure functions.
#pragma once

#include "crypto/chain_parts.h"

#include <optional>

namespace berth::crypto {

enum class PathTrust {
  kAnchor,       // all of it is checked
  kFirstIssuer,  // the issuer of the leaf has been checked before with all above it, but for dates
};

// Nothing when all is well; otherwise the first trouble.
std::optional<ChainTrouble> check_path(const Path& path, const ChainMoment& moment,
                                       PathTrust trust);

}  // namespace berth::crypto
