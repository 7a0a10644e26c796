// What the readers of measured certificates share: digest lists, and the reading of one DiceTcbInfo
// out of a list of them.
//
// Room crypto, internal. Thread rule: pure functions.
#pragma once

#include "crypto/der.h"
#include "crypto/dice_evidence.h"

#include <string>
#include <string_view>
#include <vector>

namespace berth::crypto {

// "sha256" for the object identifier, or the identifier itself.
std::string digest_name(std::string_view oid);
// The object identifier of a name; what is none of the names is returned as it is.
std::string digest_oid(std::string_view name);
// The size of a named algorithm's digest; 0 when the name is none of ours.
std::size_t digest_size(std::string_view name);

// The contents of SEQUENCE OF SEQUENCE { hashAlg, digest }: at least one, at most kDiceDigestsMax.
Result<std::vector<DiceDigest>> read_digest_list(DerBytes content, std::string_view what);

// The contents of one DiceTcbInfo.
Result<DiceLayer> read_tcb_members(DerBytes content);

inline base::Bytes bytes_of(DerBytes view) { return {view.begin(), view.end()}; }

}  // namespace berth::crypto
