// Berth's own certificate authority on disk: ca.pem and ca.key in the data directory. It signs the
// server's certificate, unless the operator brings one, and the certificates that devices are
// issued.
//
// Room app. Thread rule: at start-up.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "crypto/authority.h"

#include <filesystem>
#include <memory>

namespace berth::app {

// Reads it, or makes it when it is not there yet.
Result<std::shared_ptr<const crypto::Authority>> open_authority(const std::filesystem::path& data,
                                                                const Clock& clock, Rng& rng);

}  // namespace berth::app
