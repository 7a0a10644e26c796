// How a revoked certificate is told: to a trail, and as the cause of a refusal that is known
// without being looked for.
//
// Room domain. Thread rule: pure functions.
#pragma once

#include "domain/certificates.h"
#include "domain/trail.h"

#include <string>

namespace berth::domain {

// "'CN=pump' (SHA-256 …), revoked 2026-…: lost".
std::string describe(const RevokedCertificate& revoked);
// With the command that takes it back.
Finding finding_of(const RevokedCertificate& revoked);

}  // namespace berth::domain
