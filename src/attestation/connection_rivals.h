// Why a device is refused at a hub: as symmetric_key_rivals.h, for connections. Each hypothesis
// assumes one mistake; a finding is proven when the signature it would have given is the one that
// was received.
//
// Room attestation, behind SymmetricKeyAttestor::connection_rivals(). Runs off the request path
// within RivalTools::budget. Nothing found holds a key, a token, or the name of a device of another
// scope.
// Thread rule: as the attestor whose cache it uses.
#pragma once

#include "attestation/symmetric_key_rivals.h"

#include <vector>

namespace berth::attestation {

// Likeliest first; empty when nothing fits or the evidence is no signature.
std::vector<domain::Finding> test_connection_rivals(const provisioning::ConnectionInput& input,
                                                    RivalTools tools);

}  // namespace berth::attestation
