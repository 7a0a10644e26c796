#include "dialects/cloudplugs/cloudplugs.h"

#include "dialects/cloudplugs/http_route.h"
#include "dialects/cloudplugs/http_step.h"
#include "dialects/cloudplugs/mqtt_step.h"

#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

bool is_http(const wire::Peer& peer) {
  switch (peer.transport) {
    case wire::Transport::kHttps:
    case wire::Transport::kHttp:
      return true;
    case wire::Transport::kMqtt:
    case wire::Transport::kMqttWebSocket:
    case wire::Transport::kMqttPlain:
      return false;
  }
  return false;
}

class CloudPlugs final : public Dialect {
 public:
  std::string_view name() const override { return "cloudplugs"; }

  // One library has no TLS at all, others do without it unless told (rule 19). Their passwords are
  // then in clear on the wire; docs/security.md says so.
  bool serves_plain() const override { return true; }

  bool claims(const wire::Peer& peer, const wire::Request& request) const override {
    if (is_http(peer)) return claims_http(request);
    // Of WebSockets no wire format is public (§7).
    if (peer.transport == wire::Transport::kMqttWebSocket) return false;
    const auto* connect = std::get_if<wire::MqttConnect>(&request);
    return connect != nullptr && claims_connect(*connect);
  }

  wire::BodyRules body_rules(const wire::HttpRequest& header) const override {
    return body_rules_of(header);
  }

  StepResult step(const wire::Peer& peer, Session& session, Input input) const override {
    if (!is_http(peer)) return mqtt_step(peer, session, std::move(input));
    if (const auto* arrival = std::get_if<Arrival>(&input)) return http_arrival(peer, *arrival);
    if (const auto* answer = std::get_if<Answer>(&input)) return http_answer(*answer);
    return {};  // a hub's event: no request that stands alone brings any
  }
};

}  // namespace

std::unique_ptr<Dialect> make_cloudplugs() { return std::make_unique<CloudPlugs>(); }

}  // namespace berth::dialects::cloudplugs
