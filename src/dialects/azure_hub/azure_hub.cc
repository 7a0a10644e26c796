#include "dialects/azure_hub/azure_hub.h"

#include "dialects/azure/mqtt_names.h"
#include "dialects/azure_hub/steps.h"

#include <utility>

namespace berth::dialects::azure_hub {
namespace {

class AzureHub final : public Dialect {
 public:
  std::string_view name() const override { return "azure-hub"; }

  bool claims(const wire::Peer& peer, const wire::Request& request) const override {
    switch (peer.transport) {
      case wire::Transport::kMqtt:
      case wire::Transport::kMqttWebSocket:
        break;
      case wire::Transport::kHttps:
      case wire::Transport::kHttp:
      case wire::Transport::kMqttPlain:  // a token on a plain wire is a token given away
        return false;
    }
    const auto* packet = std::get_if<wire::MqttConnect>(&request);
    return packet != nullptr && packet->user_name && azure::is_hub_user_name(*packet->user_name);
  }

  StepResult step(const wire::Peer& peer, Session& session, Input input) const override {
    if (const auto* arrival = std::get_if<Arrival>(&input)) {
      return on_arrival(peer, session, *arrival);
    }
    if (const auto* answer = std::get_if<Answer>(&input)) return on_answer(session, *answer);
    if (auto* event = std::get_if<Event>(&input)) return on_event(session, std::move(*event));
    return {};  // news for operators
  }
};

}  // namespace

std::unique_ptr<Dialect> make_azure_hub() { return std::make_unique<AzureHub>(); }

}  // namespace berth::dialects::azure_hub
