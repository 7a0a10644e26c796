// The parts this program is made of: one line each in registry.cc. The only place where names of
// vendors meet the rest.
//
// Room app. Thread rule: called at start-up.
#pragma once

#include "attestation/symmetric_key.h"
#include "base/clock.h"
#include "base/rng.h"
#include "config/config.h"
#include "crypto/authority.h"
#include "dialects/console/console.h"
#include "dialects/dialect.h"
#include "hub/ports/telemetry_log.h"
#include "net/server.h"
#include "provisioning/ports/allocator.h"
#include "provisioning/ports/attestor.h"
#include "provisioning/ports/issuer.h"
#include "provisioning/ports/vault.h"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace berth::app {

// Asked in this order whether a request is theirs. `off` are the names of those that are not to be
// served; kInvalid when there is no such dialect, or it is the operators' own. `console` are the
// files of the web console.
Result<std::vector<std::unique_ptr<dialects::Dialect>>> make_dialects(
    const std::vector<std::string>& off, std::span<const dialects::console::Asset> console);

// The WebSocket paths and subprotocols that the dialects' clients use.
std::vector<net::Upgrade> websocket_upgrades();

// Server names of vendors whose HTTPS clients break off when they are asked for a certificate they
// do not have.
std::vector<std::string> names_not_asked_for_certificates(const config::Config& config);

// Where events go beside the log.
Result<std::vector<std::unique_ptr<hub::EventSink>>> make_sinks(const config::Config& config,
                                                                const Clock& clock);

attestation::SymmetricKeySettings key_settings(const config::Config& config);
std::vector<std::unique_ptr<provisioning::Attestor>> make_attestors(provisioning::Vault& vault,
                                                                    Rng& rng,
                                                                    const config::Config& config);
std::vector<std::unique_ptr<provisioning::Allocator>> make_allocators();

// What issuers work with.
struct IssueTools {
  provisioning::Vault& vault;
  Rng& rng;
  const Clock& clock;
  std::shared_ptr<const crypto::Authority> authority;
};
std::vector<std::unique_ptr<provisioning::Issuer>> make_issuers(const IssueTools& tools);

}  // namespace berth::app
