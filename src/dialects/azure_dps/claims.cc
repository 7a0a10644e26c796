#include "dialects/azure_dps/claims.h"

#include "base/codec.h"
#include "dialects/azure_dps/sas.h"

namespace berth::dialects::azure_dps {
namespace {

constexpr std::size_t kHostBytesMax = 255;
constexpr std::size_t kClientBytesMax = 256;

// "host:443" → "host", "[::1]:443" → "::1".
std::string_view without_port(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const std::size_t end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

}  // namespace

domain::Claim begin_claim(const wire::Peer& peer, std::string scope, std::string registration_id,
                          std::string_view host_header, std::string_view client) {
  domain::Claim claim;
  claim.scope = std::move(scope);
  claim.registration_id = std::move(registration_id);
  claim.dialect = "azure-dps";
  claim.transport = wire::to_string(peer.transport);
  claim.source = peer.address;
  const std::string_view host =
      peer.server_name.empty() ? without_port(host_header) : std::string_view(peer.server_name);
  claim.host = base::printable(base::ascii_lower(host), kHostBytesMax);
  claim.client = base::printable(client, kClientBytesMax);
  return claim;
}

domain::Evidence evidence_of(const domain::Claim& claim, const wire::Peer& peer,
                             std::optional<std::string_view> token) {
  if (token && !token->empty()) {
    return read_shared_access_signature(*token,
                                        claim.scope + "/registrations/" + claim.registration_id);
  }
  if (!peer.certificates.empty()) {
    return domain::MalformedEvidence{
        "a client certificate was presented and no token; certificates are not checked here"};
  }
  return domain::NoEvidence{};
}

}  // namespace berth::dialects::azure_dps
