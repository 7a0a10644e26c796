// Why the connection of a group's member is refused at a hub: as product_rivals.h, for a MAC over
// the user name, for a connection that was keyed with the device's secret (or came to nothing in
// the handshake), and for client certificates.
//
// Room attestation, behind ProductSecretAttestor::connection_rivals(). Runs off the request path
// within the budget. Nothing found holds a secret, or the name of a device of another scope.
// Thread rule: as the attestor whose cache it uses.
#pragma once

#include "attestation/product_rivals.h"

#include <vector>

namespace berth::attestation {

// Likeliest first; empty when nothing fits or the device is not known.
std::vector<domain::Finding> test_member_rivals(const provisioning::ConnectionInput& input,
                                                ProductRivalTools tools);

}  // namespace berth::attestation
