// What both transports put into a claim in the same way: names, evidence, where it came from.
//
// Room dialects/azure_dps. Thread rule: pure functions.
#pragma once

#include "domain/claim.h"
#include "wire/peer.h"

#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::azure_dps {

// A claim without evidence and payload. `host_header` is what the client called us beside SNI, if
// anything; `client` its agent text as sent.
domain::Claim begin_claim(const wire::Peer& peer, std::string scope, std::string registration_id,
                          std::string_view host_header, std::string_view client);

// Reads `token` for the claim's scope and id; without one (none or empty) the client's certificates
// are the proof.
domain::Evidence evidence_of(const domain::Claim& claim, const wire::Peer& peer,
                             std::optional<std::string_view> token);

}  // namespace berth::dialects::azure_dps
