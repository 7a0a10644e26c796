// Why a password of a member, or the password to control one, is refused: each hypothesis assumes
// one mistake that people make, as in product_rivals.h.
//
// Room attestation, behind MemberPasswordAttestor::rivals(). Runs off the request path within
// `budget` tests of about a microsecond. Nothing found holds a password, or a name from another
// scope than that scope's id.
// Thread rule: as the attestor whose cache it uses.
#pragma once

#include "attestation/product_rivals.h"

#include <vector>

namespace berth::attestation {

// Likeliest first; empty when nothing fits or the evidence is no password of a member.
std::vector<domain::Finding> test_member_password_rivals(const provisioning::RivalInput& input,
                                                         ProductRivalTools tools);

}  // namespace berth::attestation
