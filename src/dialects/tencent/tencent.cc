#include "dialects/tencent/tencent.h"

#include "dialects/tencent/http_step.h"
#include "dialects/tencent/mqtt_step.h"

#include <utility>

namespace berth::dialects::tencent {
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

class Tencent final : public Dialect {
 public:
  std::string_view name() const override { return "tencent"; }

  // Firmware built without TLS has nothing else, and shows no secret on the wire: what it sends is
  // a MAC, what it gets is sealed (§2.1, §7.1).
  bool serves_plain() const override { return true; }

  bool claims(const wire::Peer& peer, const wire::Request& request) const override {
    if (is_http(peer)) return claims_http(request);
    const auto* connect = std::get_if<wire::MqttConnect>(&request);
    return connect != nullptr && claims_connect(*connect);
  }

  StepResult step(const wire::Peer& peer, Session& session, Input input) const override {
    if (!is_http(peer)) return mqtt_step(peer, session, std::move(input));
    if (const auto* arrival = std::get_if<Arrival>(&input)) return http_arrival(peer, *arrival);
    if (const auto* answer = std::get_if<Answer>(&input)) return http_answer(peer, *answer);
    return {};  // a hub's event: no command over HTTP goes to a hub
  }
};

}  // namespace

std::unique_ptr<Dialect> make_tencent() { return std::make_unique<Tencent>(); }

}  // namespace berth::dialects::tencent
