#include "dialects/azure/claim_parts.h"

#include "base/codec.h"
#include "dialects/azure/sas.h"

#include <utility>

namespace berth::dialects::azure {
namespace {

constexpr std::size_t kHostBytesMax = 255;
constexpr std::size_t kClientBytesMax = 256;

}  // namespace

std::string_view without_port(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const std::size_t end = host.find(']');
    return end == std::string_view::npos ? host : host.substr(1, end - 1);
  }
  return host.substr(0, host.find(':'));
}

std::string host_text(std::string_view host) {
  return base::printable(base::ascii_lower(host), kHostBytesMax);
}

std::string client_text(std::string_view agent) { return base::printable(agent, kClientBytesMax); }

domain::Evidence evidence_of(const wire::Peer& peer, std::optional<std::string_view> token,
                             std::string expected_audience) {
  if (token && !token->empty()) {
    return read_shared_access_signature(*token, std::move(expected_audience));
  }
  // A token goes first: some stacks show a certificate of the machine to whoever asks for one.
  if (!peer.certificates.empty()) return domain::CertificateChain{peer.certificates};
  return domain::NoEvidence{};
}

}  // namespace berth::dialects::azure
