#include "dialects/azure_dps/claims.h"

#include "dialects/azure/claim_parts.h"

#include <utility>

namespace berth::dialects::azure_dps {
namespace {

// Python leaves `skn` out, Java sends it empty, others write "registration"; any other name is a
// policy of another service.
constexpr std::string_view kKeyName = "registration";

}  // namespace

domain::Claim begin_claim(const wire::Peer& peer, std::string scope, std::string registration_id,
                          std::string_view host_header, std::string_view client) {
  domain::Claim claim;
  claim.scope = std::move(scope);
  claim.registration_id = std::move(registration_id);
  claim.dialect = "azure-dps";
  claim.transport = wire::to_string(peer.transport);
  claim.source = peer.address;
  const std::string_view host = peer.server_name.empty() ? azure::without_port(host_header)
                                                         : std::string_view(peer.server_name);
  claim.host = azure::host_text(host);
  claim.client = azure::client_text(client);
  return claim;
}

domain::Evidence evidence_of(const domain::Claim& claim, const wire::Peer& peer,
                             std::optional<std::string_view> token) {
  domain::Evidence evidence =
      azure::evidence_of(peer, token, claim.scope + "/registrations/" + claim.registration_id);
  if (auto* mac = std::get_if<domain::MacOverText>(&evidence)) {
    if (!mac->key_name.empty() && mac->key_name != kKeyName) {
      evidence = domain::MalformedEvidence{"the token's 'skn' is not 'registration'"};
    } else {
      mac->key_name.clear();
    }
  }
  return evidence;
}

}  // namespace berth::dialects::azure_dps
