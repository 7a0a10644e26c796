// Why the password that a device connects with is refused: as member_password_rivals.h.
//
// Room attestation, behind MemberPasswordAttestor::connection_rivals(). Runs off the request path
// within the budget. Nothing found holds a password, or the name of a device of another scope.
// Thread rule: as the attestor whose cache it uses.
#pragma once

#include "attestation/product_rivals.h"

#include <vector>

namespace berth::attestation {

// Likeliest first; empty when nothing fits or the device is not known.
std::vector<domain::Finding> test_device_password_rivals(const provisioning::ConnectionInput& input,
                                                         ProductRivalTools tools);

}  // namespace berth::attestation
