// What every dialect of this vendor puts into a claim in the same way: the evidence, and where the
// request came from.
//
// Room dialects/azure. Thread rule: pure functions; views point into what was given.
#pragma once

#include "domain/claim.h"
#include "wire/peer.h"

#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::azure {

// "host:443" → "host", "[::1]:443" → "::1".
std::string_view without_port(std::string_view host);

// As Claim::host and Claim::client want them: lower-case or as sent, printable, bounded.
std::string host_text(std::string_view host);
std::string client_text(std::string_view agent);

// Reads `token`; without one (none or empty) the client's certificates are the proof.
domain::Evidence evidence_of(const wire::Peer& peer, std::optional<std::string_view> token,
                             std::string expected_audience);

}  // namespace berth::dialects::azure
