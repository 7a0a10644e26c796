#include "dialects/azure_dps/azure_dps.h"

#include "dialects/azure_dps/http_api.h"
#include "dialects/azure_dps/mqtt_api.h"

namespace berth::dialects::azure_dps {
namespace {

class AzureDps final : public Dialect {
 public:
  std::string_view name() const override { return "azure-dps"; }

  bool claims(const wire::Peer& peer, const wire::Request& request) const override {
    switch (peer.transport) {
      case wire::Transport::kHttps:
        return claims_http(request);
      case wire::Transport::kMqtt:
      case wire::Transport::kMqttWebSocket:
        return claims_mqtt(request);
      case wire::Transport::kHttp:
      case wire::Transport::kMqttPlain:
        return false;  // a token on a plain wire is a token given away
    }
    return false;
  }

  StepResult step(const wire::Peer& peer, Session& session, Input input) const override {
    const bool http = peer.transport == wire::Transport::kHttps;
    if (const auto* arrival = std::get_if<Arrival>(&input)) {
      return http ? http_arrival(peer, *arrival) : mqtt_arrival(peer, session, *arrival);
    }
    if (const auto* answer = std::get_if<Answer>(&input)) {
      return http ? http_answer(*answer) : mqtt_answer(session, *answer);
    }
    return {};  // a hub's event: this dialect gives the hub no commands
  }
};

}  // namespace

std::unique_ptr<Dialect> make_azure_dps() { return std::make_unique<AzureDps>(); }

}  // namespace berth::dialects::azure_dps
