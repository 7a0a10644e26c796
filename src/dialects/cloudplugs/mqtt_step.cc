#include "dialects/cloudplugs/mqtt_step.h"

#include "base/codec.h"
#include "dialects/cloudplugs/mqtt_steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

using Phase = MqttSession::Phase;

constexpr std::size_t kShownBytesMax = 120;

StepResult connected(MqttSession& session, const wire::Request& request) {
  if (session.replies.size() >= kRepliesMax) return close_now(session, "too many open requests");
  if (const auto* packet = std::get_if<wire::MqttPublish>(&request)) {
    return on_mqtt_publish(session, *packet);
  }
  if (const auto* packet = std::get_if<wire::MqttSubscribe>(&request)) {
    return on_mqtt_subscribe(session, *packet);
  }
  if (const auto* packet = std::get_if<wire::MqttUnsubscribe>(&request)) {
    return on_mqtt_unsubscribe(session, *packet);
  }
  if (std::holds_alternative<wire::MqttDelivered>(request)) return {};
  if (std::holds_alternative<wire::MqttDisconnect>(request)) {
    session.phase = Phase::kEnded;
    StepResult result;
    operate(result, domain::Farewell{}, MqttPending{});
    return result;
  }
  return close_now(session, "a second CONNECT");
}

StepResult on_arrival(const wire::Peer& peer, Session& session, const wire::Request& request) {
  auto* state = std::any_cast<MqttSession>(&session.state);
  if (state == nullptr) {
    const auto* packet = std::get_if<wire::MqttConnect>(&request);
    if (packet != nullptr) return on_mqtt_connect(peer, session, *packet);
    StepResult result;
    result.actions.push_back(wire::Close{"no CONNECT came first"});
    return result;
  }
  switch (state->phase) {
    case Phase::kConnecting:
      return close_now(*state, "a packet before the CONNACK");
    case Phase::kConnected:
      return connected(*state, request);
    case Phase::kAnonymous:
    case Phase::kEnrolling:
      return on_anonymous(peer, *state, request);
    case Phase::kLeaving:
    case Phase::kEnded:
      return {};
  }
  return {};
}

}  // namespace

bool MqttSession::watches(std::string_view filter) const {
  return std::find(watching.begin(), watching.end(), filter) != watching.end();
}

void MqttSession::forget(std::string_view filter) { std::erase(watching, filter); }

void operate(StepResult& result, domain::HubCommand command, MqttPending pending) {
  result.commands.push_back({Operate{std::move(command)}, std::move(pending)});
}

void note_misuse(MqttSession& session, domain::ReportMisuse misuse, StepResult& result) {
  if (session.misuses_noted == kMisusesNotedMax) return;
  ++session.misuses_noted;
  operate(result, std::move(misuse), MqttPending{});
}

StepResult end_for(MqttSession& session, domain::ReportMisuse misuse) {
  MqttPending pending;
  pending.what = MqttPending::What::kEnd;
  pending.place = session.replies.open();
  pending.why = fmt::format("{}: {}", to_string(misuse.reason), misuse.received);
  session.phase = Phase::kLeaving;
  StepResult result;
  operate(result, std::move(misuse), std::move(pending));
  return result;
}

StepResult close_now(MqttSession& session, std::string why) {
  session.phase = Phase::kEnded;
  StepResult result;
  result.actions.push_back(wire::Close{std::move(why)});
  return result;
}

std::string shown(std::string_view topic) {
  const std::size_t first = topic.find('/');
  if (first != std::string_view::npos) {
    const std::size_t second = std::min(topic.find('/', first + 1), topic.size());
    const std::string_view verb = topic.substr(first + 1, second - first - 1);
    // What an enrolment looks like, or one with a slip in it, ends with a password.
    const bool secret = verb == "thing" || verb == "ctrl" || topic.starts_with("mod-");
    if (secret) return base::printable(topic.substr(0, first), kShownBytesMax) + "/…";
  }
  return base::printable(topic, kShownBytesMax);
}

wire::Actions replied(std::uint8_t qos, std::uint16_t packet_id, std::string topic,
                      std::string payload) {
  wire::Actions actions;
  if (qos > 0) actions.push_back(wire::MqttPuback{packet_id});
  wire::MqttPublish packet;
  packet.topic = std::move(topic);
  packet.payload = std::move(payload);
  actions.push_back(std::move(packet));
  return actions;
}

StepResult mqtt_step(const wire::Peer& peer, Session& session, Input input) {
  if (const auto* arrival = std::get_if<Arrival>(&input)) {
    return on_arrival(peer, session, arrival->request);
  }
  auto* state = std::any_cast<MqttSession>(&session.state);
  if (state == nullptr) return {};
  if (const auto* answer = std::get_if<Answer>(&input)) return on_mqtt_answer(*state, *answer);
  if (const auto* event = std::get_if<Event>(&input)) return on_mqtt_event(*state, *event);
  return {};  // news for operators
}

}  // namespace berth::dialects::cloudplugs
