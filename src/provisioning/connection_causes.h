// Causes of refused connections that need no signature to be tested: what a reason says by itself,
// and what the records show of hubs, hosts and ids.
//
// Room provisioning. Thread rule: pure functions.
#pragma once

#include "domain/claim.h"
#include "domain/trail.h"
#include "provisioning/connection_file.h"

#include <optional>
#include <vector>

namespace berth::provisioning {

// For reasons that are their own cause (disabled, a foreign topic, too large, …); empty for those
// that the records or hypotheses have to explain.
std::vector<domain::Finding> plain_connection_causes(const domain::Claim& claim,
                                                     const domain::Trail& trail,
                                                     const std::optional<domain::Device>& device);

// For a host that no hub has and a device that the hub does not have: hosts and ids that are almost
// the one, hubs that do have it, an identity that was deleted.
std::vector<domain::Finding> recorded_causes(const domain::Claim& claim, const domain::Trail& trail,
                                             const ConnectionFile& file);

// When nothing fits: what was ruled out, and where to look.
domain::Finding unexplained_connection(const domain::Claim& claim, const domain::Trail& trail,
                                       const std::optional<domain::Device>& device);

}  // namespace berth::provisioning
