#include "dialects/tencent/connect.h"
#include "dialects/tencent/gateway.h"
#include "dialects/tencent/mqtt_steps.h"
#include "dialects/tencent/shadow.h"
#include "dialects/tencent/system_topics.h"
#include "dialects/tencent/things.h"

#include <fmt/format.h>

#include <utility>

namespace berth::dialects::tencent {
namespace {

using domain::HubRefused;
using domain::HubResult;

// The refusal in an answer, or nothing when it is what the command promises.
template <class Expected>
std::optional<HubRefused> refusal_in(const HubResult& result) {
  if (std::holds_alternative<Expected>(result)) return std::nullopt;
  if (const auto* refused = std::get_if<HubRefused>(&result)) return *refused;
  return HubRefused{};
}

wire::Actions close_for(std::string_view what, const HubRefused& refused) {
  return {wire::Close{fmt::format("{}: {}", what, to_string(refused.reason))}};
}

void restore(MqttSession& session, const std::vector<domain::Subscription>& subscriptions) {
  for (const domain::Subscription& each : subscriptions) {
    const std::optional<Downlink> topic = parse_filter(each.filter);
    if (topic && topic->device == session.name()) session.listen(each.filter, each.qos);
  }
}

StepResult connack(MqttSession& session, const HubResult& result) {
  const auto* connected = std::get_if<domain::DeviceConnected>(&result);
  wire::MqttConnack packet;
  if (connected == nullptr) {
    session.phase = MqttSession::Phase::kEnded;
    packet.code = connect_code_for(refusal_in<domain::DeviceConnected>(result)->reason);
  } else {
    session.phase = MqttSession::Phase::kConnected;
    session.device = connected->device.text();
    session.topics = connected->topics;
    restore(session, connected->restored);
    packet.session_present = connected->session_present;
    packet.idle_seconds_max = kIdleSecondsMax;
  }
  StepResult step;
  step.actions.push_back(packet);
  return step;
}

wire::Actions stored(MqttSession& session, const HubResult& result, const Pending& pending) {
  wire::Actions actions;
  const auto refused = refusal_in<domain::HubDone>(result);
  if (refused) {
    if (refused->reason == domain::Reason::kNotBound) session.go_offline(pending.of_device);
    // Not stored, so not acknowledged: the client sends it again when it is back.
    if (pending.qos > 0) return close_for("telemetry was not stored", *refused);
    return actions;
  }
  if (pending.qos > 0) actions.push_back(wire::MqttPuback{pending.packet_id});
  if (!pending.reply_to.empty()) send_to(session, actions, pending.reply_to, pending.body);
  return actions;
}

wire::Actions subscribed(MqttSession& session, const HubResult& result, const Pending& pending) {
  const auto refused = refusal_in<domain::HubDone>(result);
  if (!refused) return {wire::MqttSuback{pending.packet_id, pending.codes}};
  if (refused->reason != domain::Reason::kTopicForbidden) {
    return close_for("a subscription was not stored", *refused);
  }
  for (const std::string& each : pending.filters) session.forget(each);
  return {wire::MqttSuback{pending.packet_id, pending.refused_codes}};
}

// Acknowledged, and told how it went.
wire::Actions answered(const MqttSession& session, const Pending& pending, std::string text) {
  wire::Actions actions;
  if (pending.qos > 0) actions.push_back(wire::MqttPuback{pending.packet_id});
  if (!pending.reply_to.empty()) send_to(session, actions, pending.reply_to, std::move(text));
  return actions;
}

// What a place in the line is filled with; nothing when it is not filled yet.
std::optional<wire::Actions> actions_for(MqttSession& session, const HubResult& result,
                                         const Pending& pending) {
  switch (pending.what) {
    case Pending::What::kStored:
      return stored(session, result, pending);
    case Pending::What::kSubscribe:
      return subscribed(session, result, pending);
    case Pending::What::kUnsubscribe: {
      const auto refused = refusal_in<domain::HubDone>(result);
      if (refused) return close_for("an unsubscription was not stored", *refused);
      return wire::Actions{wire::MqttUnsuback{pending.packet_id}};
    }
    case Pending::What::kShadow:
      return answered(session, pending, shadow_answer(result, pending));
    case Pending::What::kThing:
      return answered(session, pending, thing_answer(result, pending));
    case Pending::What::kThingStatus:
      return answered(session, pending, thing_status_answer(result, pending));
    case Pending::What::kOtaVersion:
      return answered(session, pending, ota_version_answer(result, pending));
    case Pending::What::kMethodAnswered: {
      // Nobody may wait for it any more; that is no fault of the device.
      Pending quiet = pending;
      quiet.reply_to.clear();
      return answered(session, quiet, {});
    }
    case Pending::What::kGatewayList:
    case Pending::What::kGatewayState:
    case Pending::What::kGatewayEntry:
      gateway_answered(session, result, pending);
      return std::nullopt;
    case Pending::What::kEnd:
      return wire::Actions{wire::Close{pending.why}};
    case Pending::What::kConnect:
    case Pending::What::kNothing:
      break;
  }
  return wire::Actions{};
}

}  // namespace

StepResult on_mqtt_answer(MqttSession& session, const Answer& answer) {
  const auto* pending = std::any_cast<Pending>(&answer.correlation);
  if (pending == nullptr || session.phase == MqttSession::Phase::kEnded) return {};
  const HubResult trouble = HubRefused{};
  const auto* given = std::get_if<HubResult>(&answer.body);
  const HubResult& result = given == nullptr ? trouble : *given;
  if (pending->what == Pending::What::kConnect) {
    if (session.phase != MqttSession::Phase::kConnecting) return {};
    return connack(session, result);
  }
  if (pending->place == 0) return {};
  std::optional<wire::Actions> actions = actions_for(session, result, *pending);
  if (actions) session.replies.fill(pending->place, *std::move(actions));
  StepResult step;
  step.actions = session.replies.take_ready();
  for (std::size_t i = 0; i < step.actions.size(); ++i) {
    if (!std::holds_alternative<wire::Close>(step.actions[i])) continue;
    session.phase = MqttSession::Phase::kEnded;
    step.actions.resize(i + 1);
  }
  return step;
}

}  // namespace berth::dialects::tencent
